"""The rig of a soak: devices, two operators' gateways, a broker as shipped, a store, two workers, the city plane and the page, all real processes."""

import asyncio
import contextlib
import sqlite3
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import Span, StoreReader
from gateway.journal.file import UNCONFIRMED
from gateway.journal.inspect import gaps as journal_gaps
from gateway.journal.inspect import opened
from gateway.model.site.store import StoreSettings
from gateway.model.topics import GatewayId
from tests.faults.broker_link import Link
from tests.hostile.broker import Ports
from tests.hostile.outcome import CENTRE_MIB, GATEWAY_MIB, Health
from tests.soak.devices import FIELDS, CountingDevice, SerialLine, profile, serve_tcp
from tests.soak.ledger import Device, Tally, compare
from tests.soak.long_lived import LongLived
from tests.soak.observer import Observer
from tests.soak.sites import STEADY, STRUCK, PlannedLine, broker_ports, centre_site, edge_site, journal_of, planned_lines
from tests.soak.trace import TraceFile
from tests.system.servers import Process, answers, free_port, influxdb, listens, program, victoria, wait_until

GATEWAYS = (STEADY, STRUCK)
NAMES = {STEADY: f"gateway of {STEADY.operator}", STRUCK: f"gateway of {STRUCK.operator}"}


_FREES = ("MALLOC_TRIM_THRESHOLD_=131072", "MALLOC_MMAP_THRESHOLD_=131072")
"""With these glibc gives freed memory back to the kernel at once. By default it keeps up to twice the largest block that was ever freed, which
hides whether a process grows (mallopt(3), M_MMAP_THRESHOLD)."""

_STORE_DATA = '  index-version = "tsi1"\n  cache-snapshot-memory-size = "8m"\n'
_STORE_FREES = ("GOGC=50", "GOMEMLIMIT=512MiB")
"""So InfluxDB keeps its index in files, writes its cache to files about once a minute, and its memory settles within the warm-up."""


class StoreLink(Link):
    """A relay that knows nothing of MQTT."""

    async def _relay(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, _: object = None) -> None:
        await super()._relay(source, target)


class Street:
    """The simulated devices of all gateways, and the addresses of their lines."""

    def __init__(self) -> None:
        self.devices: dict[GatewayId, dict[str, CountingDevice]] = {}
        self.lines: dict[GatewayId, dict[str, tuple[PlannedLine, str]]] = {}
        self._servers: list[asyncio.Server] = []
        self._serial: list[SerialLine] = []

    async def serve(self, devices: int) -> None:
        """Serve so many devices, shared equally by the gateways."""
        for one in GATEWAYS:
            self.devices[one], self.lines[one] = {}, {}
            for line in planned_lines(one, devices // len(GATEWAYS)):
                units = {unit: CountingDevice() for unit in range(1, len(line.devices) + 1)}
                self.devices[one] |= dict(zip(line.devices, units.values(), strict=True))
                if line.serial:
                    self._serial.append(SerialLine(units))
                    self.lines[one][line.id] = line, self._serial[-1].address
                else:
                    server, address = await serve_tcp(units)
                    self._servers.append(server)
                    self.lines[one][line.id] = line, address

    @property
    def all_devices(self) -> list[CountingDevice]:
        """Every device."""
        return [device for devices in self.devices.values() for device in devices.values()]

    @property
    def served(self) -> int:
        """How many numbers were served so far."""
        return sum(len(device.served_ms) for device in self.all_devices)

    def close(self) -> None:
        """Stop to serve."""
        for server in self._servers:
            server.close()
        for line in self._serial:
            line.close()


class Rig:
    """All of it. `links` are relays that faults cut: between the struck gateway and the broker, and between worker-2 and the store."""

    def __init__(self, folder: Path, store: str) -> None:
        self.folder, self._store = folder, store
        self.street = Street()
        self.processes: dict[str, LongLived] = {}
        self.links: dict[str, Link] = {}
        self.health: dict[str, Health] = {}
        self.ports: Ports
        self.observer: Observer
        self.settings: dict[str, Any] = {}
        self._servers: list[asyncio.Server] = []
        self._page = ""
        self._begun_ms = time.time_ns() // 1_000_000

    async def start(self, devices: int) -> None:
        """Start all of it in order."""
        await self.street.serve(devices)
        await asyncio.to_thread(self._start_servers)
        link = await self._relay("uplink", self.ports.gateways)
        store = await self._relay("store", int(self.settings["url"].rpartition(":")[2]))
        await asyncio.to_thread(self._start_centre, store)
        await asyncio.to_thread(self._start_gateways, {STEADY: self.ports.gateways, STRUCK: link})

    async def _relay(self, name: str, port: int) -> int:
        self.links[name] = link = (StoreLink if name == "store" else Link)(port)
        server = await asyncio.start_server(link.talk, "127.0.0.1", 0)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def _start_servers(self) -> None:
        self.ports = broker_ports(self.folder)
        self.processes["broker"] = LongLived("broker", None, self._start_broker)
        self.processes["store"] = LongLived(
            "store", None, self._start_store, self.folder / ("victoria" if self._store == "victoria" else "influx")
        )
        self.observer = Observer(self.ports.centre, GATEWAYS, TraceFile(self.folder, "broker"))

    def _start_broker(self) -> Process:
        process = Process("mosquitto", self.folder, "env", *_FREES, program("mosquitto"), "-c", str(self.folder / "mosquitto.conf"))
        wait_until("mosquitto", lambda: listens(self.ports.centre) and listens(self.ports.gateways))
        return process

    def _start_store(self) -> Process:
        if self._store == "victoria":
            port = int(self.settings["url"].rpartition(":")[2]) if self.settings else None
            process, url = victoria(self.folder, port)
            self.settings = {"url": url, "api": "victoria", "database": "street"}
        elif self.settings:
            process = Process("influxd", self.folder, "env", *_STORE_FREES, program("influxd"), "-config", str(self.folder / "influx.conf"))
            wait_until("influxd", lambda: answers(f"{self.settings['url']}/ping"))
        else:
            process, url = influxdb(self.folder, _STORE_DATA, _STORE_FREES)
            self.settings = {"url": url, "database": "street"}
        return process

    def _start_centre(self, store_link: int) -> None:
        for worker, roles, url in (
            ("worker-1", (), self.settings["url"]),
            ("worker-2", ("--role", "ingest"), f"http://127.0.0.1:{store_link}"),
        ):
            listen = free_port()
            self.health[worker] = Health(listen)
            site = centre_site(self.folder, worker, self.ports.centre, listen, {"influx": self.settings | {"url": url}})
            self._start_ours(worker, CENTRE_MIB, listen, partial(self._traced, worker, worker, "central", *roles, str(site)))
        listen = free_port()
        self.health["page"], self._page = Health(listen), f"http://127.0.0.1:{listen}/api/street"
        page = partial(self._python, "page", "gateway", "console", "--listen", f"127.0.0.1:{listen}", str(self.folder / "worker-1.yaml"))
        self._start_ours("page", CENTRE_MIB, listen, page)

    def _traced(self, name: str, where: str, *arguments: str) -> Process:
        return self._python(name, "tests.soak.traced", where, *arguments)

    def _python(self, name: str, module: str, *arguments: str) -> Process:
        return Process(name, self.folder, "env", *_FREES, sys.executable, "-m", module, *arguments)

    def _start_ours(self, name: str, limit_mib: float, listen: int, begin: Callable[[], Process]) -> None:
        def start() -> Process:
            process = begin()
            wait_until(name, lambda: listens(listen))
            return process

        self.processes[name] = LongLived(name, limit_mib, start)

    def _start_gateways(self, brokers: dict[GatewayId, int]) -> None:
        (self.folder / "counting.yaml").write_text(profile())
        for one in GATEWAYS:
            listen = free_port()
            self.health[NAMES[one]] = Health(listen)
            site = edge_site(self.folder, one, brokers[one], listen, self.street.lines[one])
            self.processes[NAMES[one]] = LongLived(NAMES[one], GATEWAY_MIB, self._edge(one, site, listen))

    def _edge(self, one: GatewayId, site: str, listen: int) -> Callable[[], Process]:
        def start() -> Process:
            process = self._traced(one.gateway, one.operator, "edge", site, "counting.yaml")
            wait_until(one.gateway, lambda: listens(listen))
            return process

        return start

    def look(self, pause: int | None) -> None:
        """Sample every process, and open the page as a visitor does."""
        for process in self.processes.values():
            process.look(pause)
        with contextlib.suppress(OSError):
            urllib.request.urlopen(self._page, timeout=2).close()

    async def drain(self, within_s: float) -> list[str]:
        """Silence the devices, and wait until every batch has its receipt; return what is left."""
        for device in self.street.all_devices:
            device.silent = True
        await asyncio.sleep(3.0)  # two flushes
        newest = {one: await asyncio.to_thread(self._newest_id, one) for one in GATEWAYS}
        until_s = time.monotonic() + within_s
        while waiting := {one: left for one in GATEWAYS if (left := self._waiting(one, newest[one]))}:
            if time.monotonic() > until_s:
                return [f"{left} batches of {one.operator} have no receipt after {within_s:g} s" for one, left in waiting.items()]
            await asyncio.sleep(0.5)
        return []

    def _newest_id(self, one: GatewayId) -> int:
        with opened(journal_of(self.folder, one)) as database:
            return int(database.execute("SELECT coalesce(max(id), 0) FROM batches").fetchone()[0])

    def _waiting(self, one: GatewayId, newest_id: int) -> int:
        try:
            with opened(journal_of(self.folder, one)) as database:
                query = f"SELECT count(*) FROM batches WHERE {UNCONFIRMED} AND id <= ?"
                return int(database.execute(query, (newest_id,)).fetchone()[0])
        except sqlite3.OperationalError:
            return 1  # it is being written

    def compared(self) -> dict[GatewayId, Tally]:
        """Compare what is stored with what was served."""
        reader = open_reader(msgspec.convert({"influx": self.settings}, StoreSettings))
        span = Span(self._begun_ms - 86_400_000, time.time_ns() // 1_000_000 + 86_400_000)
        found = {}
        for one in GATEWAYS:
            gaps = [(gap.from_ms or 0, gap.to_ms or gap.at_ms) for gap in journal_gaps(journal_of(self.folder, one))]
            found[one] = Tally()
            for name, device in self.street.devices[one].items():
                found[one] = found[one].plus(compare(_stored(reader, one, name, device, span), gaps))
        reader.close()
        return found

    def stop(self) -> list[str]:
        """Stop everything; return what was wrong with that."""
        order = ["page", *NAMES.values(), "worker-1", "worker-2", "store"]
        wrong = [what for name in order for what in self.processes[name].stop()]
        self.observer.close()
        return wrong + self.processes["broker"].stop()

    def close(self) -> None:
        """Close the servers of this process."""
        self.street.close()
        for server in self._servers:
            server.close()


def _stored(reader: StoreReader, one: GatewayId, name: str, device: CountingDevice, span: Span) -> Device:
    where = {"operator": one.operator, "gateway": one.gateway, "device": name}
    numbers = [
        (point.t_ms, point.values[0])
        for series in reader.select("traffic", ["vehicle_count_total"], where, span)
        for point in series.points
    ]
    values = {point.t_ms: point.values for series in reader.select("lighting_meter", FIELDS, where, span) for point in series.points}
    return Device(f"{one.operator} {name}", device.served_ms, numbers, values)


@contextlib.asynccontextmanager
async def running(folder: Path, store: str, devices: int) -> AsyncIterator[Rig]:
    """Run a rig; whatever happens, leave no process behind."""
    rig = Rig(folder, store)
    try:
        await rig.start(devices)
        yield rig
    finally:
        for process in rig.processes.values():
            process.process.process.kill()
            process.process.process.wait()
        rig.close()
