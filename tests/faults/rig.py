"""A gateway, a broker, an ingest and a store, all real processes, and a device that counts. Faults break parts of it.

The device returns a number that rises by one with every read, and logs when it returned which. In the end the store is compared with this log,
number by number.
"""

import asyncio
import contextlib
import itertools
import json
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.port import StoreUnavailable
from gateway.edge.clock.trusted_time import SLEWED_MS, STEP_PROVEN_MS
from gateway.journal.entries import BatchState
from gateway.journal.file import UNCONFIRMED
from gateway.journal.inspect import gaps as journal_gaps
from gateway.journal.inspect import opened
from gateway.model.batch import Clock, rows_of, unpack
from gateway.model.site.store import InfluxSettings
from gateway.model.stream import decode_schema
from tests.faults import faketime
from tests.faults.broker_link import Link
from tests.faults.store_link import StoreLink
from tests.system.servers import Process, answers, free_port, listens, program, wait_until

PROFILE = """
profile: counting
vendor: test
model: counts what it serves
kind: weather
confidence: low
sources: [{ref: tests/faults/rig.py}]
modbus: {unit: 1}
every: 1s
points:
  - {name: number, holding: 0, type: uint32, unit: "{count}"}
measurements:
  - {measurement: traffic, fields: {vehicle_count_total: number}}
examples: []
"""
READS = "reads 1 devices"
"""What the gateway says when its start is complete."""

DATA_TOPIC = "prato/v1/citelum/gw/gw-1/data"
MISDATED_MS = 5000
"""Greatest difference between the time of a reading and that of its number: a response may be late on a busy machine."""


_UNDER_TEST = (sys.executable, "-m", "tests.faults.under_test")

_ON_THE_WAY_MS = 100
"""Longest transit of a response: gaps have the times of readings, numbers those when the device returned them."""


Fault = Callable[["Rig", int], Awaitable[None]]
"""Injects itself so many times into a rig."""


class Outcome(msgspec.Struct):
    """Outcome of a fault. `lost` counts the readings that no recorded gap accounts for, `misdated` those that are not flagged as unsynced.

    `excused` are those of which nobody can know that they are misdated.
    """

    name: str
    trials: int
    readings: int
    lost: int
    duplicated: int
    misdated: int
    unsynced: int
    recorded_as_gap: int
    recovery_s: float
    seed: int
    missing: list[int] = []
    excused: int = 0

    @property
    def good(self) -> bool:
        """Whether every reading is stored once, at its time, or is in a gap."""
        return not (self.lost or self.duplicated or self.misdated)


class Served(NamedTuple):
    """A number that the device returned, and when."""

    number: int
    t_ms: int


class Source(NamedTuple):
    """A device, and the journal of the gateway that reads it."""

    device: "CountingDevice"
    journal: Path


class CountingDevice:
    """A Modbus TCP device with one 32-bit number that rises with every read. Several devices may share the numbers."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self.served: list[Served] = []
        self.silent = False

    @property
    def newest(self) -> int:
        """The number returned last."""
        return self.served[-1].number if self.served else 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(7)
                await reader.readexactly(int.from_bytes(head[4:6], "big") - 1)
                if self.silent:
                    continue
                number = next(self._numbers)
                self.served.append(Served(number, time.time_ns() // 1_000_000))
                writer.write(head[:4] + b"\0\7" + head[6:7] + b"\3\4" + number.to_bytes(4, "big"))
                await writer.drain()
        writer.close()


class Rig:
    """All processes, and what faults do to them."""

    def __init__(self, folder: Path, seed: int, *, under_faketime: bool = False) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.seed = seed
        self._faketime = faketime.command(folder) if under_faketime else []
        self.numbers = itertools.count(1)
        self.device = CountingDevice(self.numbers)
        self.journal = folder / "journal" / "journal.sqlite"
        self.journal.parent.mkdir(parents=True, exist_ok=True)
        self.broker_port, self.influx_port, self._influx_rpc = free_port(), free_port(), free_port()
        self.link, self.centre_link = Link(self.broker_port), Link(self.broker_port)
        self.store_link = StoreLink(self.influx_port)
        self.ingest_listen, self._second_listen = free_port(), free_port()
        self.broker: Process
        self.store: Process
        self.ingest: Process
        self.second_ingest: Process
        self.edge: Process
        self.clones: list[Source] = []
        self._excused: set[int] = set()
        self._servers: list[asyncio.Server] = []

    async def start(self) -> None:
        """Start all processes in order."""
        served = (self.device, self.link, self.centre_link, self.store_link)
        self.set_clock(0, synchronised=True)
        self._write_site(*[await self.serve(one.talk) for one in served])
        await asyncio.to_thread(self._start_all)

    async def serve(self, talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> int:
        """Serve connections on a free port until the end; return the port."""
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def _start_all(self) -> None:
        self.start_broker()
        self.start_store()
        self.start_ingest()
        self.start_edge()

    def _write_site(self, device: int, link: int, centre_link: int, store: int) -> None:
        (self.folder / "counting.yaml").write_text(PROFILE)
        edge = {
            "site": "prato", "operator": "citelum", "gateway": "gw-1", "uplink": {"broker": f"mqtt://127.0.0.1:{link}", "flush": "500ms"},
            "journal": {"path": str(self.journal)}, "listen": f"127.0.0.1:{free_port()}", "state": str(self.folder / "state"),
            # A number that the device returns too late is not lost, but was never read.
            "lines": [{"id": "l", "tcp": f"127.0.0.1:{device}", "timeout": "3s", "devices": [
                {"id": "d", "profile": "counting", "asset": "a", "every": "50ms"}]}],
        }  # fmt: skip
        worker: dict[str, object] = {
            "broker": f"mqtt://127.0.0.1:{centre_link}", "listen": f"127.0.0.1:{self.ingest_listen}",
            "dead_letters": str(self.folder / "dead-letters.sqlite"), "store": {"influx": {"url": f"http://127.0.0.1:{store}", "database": "street"}},
        }  # fmt: skip
        second = worker | {"worker": "worker-2", "listen": f"127.0.0.1:{self._second_listen}"}
        (self.folder / "edge.yaml").write_text(yaml.safe_dump(edge))
        (self.folder / "centre.yaml").write_text(yaml.safe_dump({"site": "prato", "centre": worker}))
        (self.folder / "centre-2.yaml").write_text(yaml.safe_dump({"site": "prato", "centre": second}))

    def start_broker(self) -> None:
        """Start a broker without persistence."""
        rules = self._write_rules(allowed=True)  # a broker started by root reads them only as root
        (self.folder / "mosquitto.conf").write_text(
            f"listener {self.broker_port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 1000\nuser root\nacl_file {rules}\n"
        )
        self.broker = Process("mosquitto", self.folder, program("mosquitto"), "-c", str(self.folder / "mosquitto.conf"))
        wait_until("mosquitto", lambda: listens(self.broker_port))

    def _write_rules(self, *, allowed: bool) -> Path:
        rules = self.folder / "rules.acl"
        rules.write_text("topic readwrite #\n" if allowed else f"topic deny {DATA_TOPIC}\ntopic readwrite #\n")
        return rules

    def allow_data(self, *, allowed: bool) -> None:
        """Allow or deny the gateway's data in the broker's access rules."""
        self._write_rules(allowed=allowed)
        self.broker.process.send_signal(signal.SIGHUP)

    def set_clock(self, wrong_ms: int, *, synchronised: bool) -> None:
        """Set the error of the gateway's clock, and whether its kernel says that it is synchronised. Only a right one seems to be at it for long."""
        faketime.set_clock(self.folder, wrong_ms)
        proven_ms = STEP_PROVEN_MS if wrong_ms else 1000
        (self.folder / "clock.new").write_text(f"{wrong_ms} {int(synchronised)} {proven_ms}")
        (self.folder / "clock.new").rename(self.folder / "clock")

    def set_centre_clock(self, *, synchronised: bool) -> None:
        """Set whether the centre's kernel says that its clock is synchronised; the clock is right."""
        if synchronised:
            (self.folder / "centre-clock").touch()
        else:
            (self.folder / "centre-clock").unlink(missing_ok=True)

    def change_site(self, **uplink: str) -> None:
        """Change keys of the uplink in the gateway's site file; takes effect when the gateway starts again."""
        path = self.folder / "edge.yaml"
        site = yaml.safe_load(path.read_text())
        site["uplink"] |= uplink
        path.write_text(yaml.safe_dump(site))

    def break_disk(self, order: str) -> None:
        """Let the gateway die within a write or sync of its journal: `kill N` or `power N SEED`, see tests/faults/faulty_vfs.py."""
        (self.folder / "vfs.new").write_text(order)
        (self.folder / "vfs.new").rename(self.folder / "vfs")

    def start_store(self) -> None:
        """Start the store on the data that it has."""
        data = self.folder / "influx"
        (self.folder / "influx.conf").write_text(
            f'reporting-disabled = true\nbind-address = "127.0.0.1:{self._influx_rpc}"\n[meta]\n  dir = "{data}/meta"\n[data]\n'
            f'  dir = "{data}/data"\n  wal-dir = "{data}/wal"\n[http]\n  bind-address = "127.0.0.1:{self.influx_port}"\n'
            "  log-enabled = false\n[monitor]\n  store-enabled = false\n"
        )
        self.store = Process("influxd", self.folder, program("influxd"), "-config", str(self.folder / "influx.conf"))
        wait_until("influxd", lambda: answers(f"http://127.0.0.1:{self.influx_port}/ping"))

    def start_ingest(self, age: str = "newer") -> None:
        self.ingest = self.under_test("centre", "ingest", "centre.yaml", age)

    def start_second_ingest(self, age: str = "newer") -> None:
        self.second_ingest = self.under_test("centre-2", "ingest", "centre-2.yaml", age)
        wait_until("the second ingest", lambda: listens(self._second_listen))

    def start_edge(self) -> None:
        """Start the gateway with the profile of the counting device."""
        what = "edge under faketime" if self._faketime else "edge"
        self.edge = Process("edge", self.folder, *self._faketime, *_UNDER_TEST, what, "edge.yaml", "counting.yaml", "machine-1")

    def under_test(self, name: str, *arguments: str, folder: Path | None = None) -> Process:
        """Start a program of tests/faults/under_test.py, in the folder of the rig or in another."""
        return Process(name, folder or self.folder, *_UNDER_TEST, *arguments)

    async def pause(self, low_s: float, high_s: float) -> None:
        """Wait for a random time, uniform between two limits."""
        await asyncio.sleep(self.chance.uniform(low_s, high_s))

    async def settled(self, within_s: float = 90.0) -> float:
        """Wait until a number is stored that the device returned after this call; return the seconds that it took."""
        begun_s, before = time.monotonic(), max(self.device.newest, *(clone.device.newest for clone in self.clones), 0)
        while time.monotonic() - begun_s < within_s:
            if max(await asyncio.to_thread(self.stored), default=0) > before:
                return time.monotonic() - begun_s
            await asyncio.sleep(0.25)
        raise AssertionError(f"no new number was stored within {within_s:g} s:\n{self.said()}")

    async def complete(self, within_s: float = 120.0, device: CountingDevice | None = None) -> None:
        """Wait until every number is stored that the device, or another one, returned before this call."""
        served = {one.number for one in (device or self.device).served}
        until_s = time.monotonic() + within_s
        while missing := served - await asyncio.to_thread(self.stored):
            assert time.monotonic() < until_s, f"{len(missing)} numbers are not stored after {within_s:g} s:\n{self.said()}"
            await asyncio.sleep(0.25)

    def stored(self) -> set[int]:
        """Return the numbers in the store; empty while it does not answer."""
        try:
            return {number for number, _ in self.rows()}
        except StoreUnavailable:
            return set()

    def write_line(self, line: str) -> None:
        """Write one line of line protocol into the store directly."""
        connection = InfluxConnection(InfluxSettings(url=f"http://127.0.0.1:{self.influx_port}", database="street"))
        status, answer = connection.request("POST", "/write?db=street", line.encode(), 1000)
        connection.close()
        assert status == 204, answer

    def drop_database(self) -> None:
        """Let the store lose everything that it has."""
        connection = InfluxConnection(InfluxSettings(url=f"http://127.0.0.1:{self.influx_port}", database="street"))
        status, answer = connection.request("POST", "/query?q=DROP%20DATABASE%20street", None, 1000)
        connection.close()
        assert status == 200, answer

    def rows(self) -> list[tuple[int, int]]:
        """Return each number in the store with its time."""
        connection = InfluxConnection(InfluxSettings(url=f"http://127.0.0.1:{self.influx_port}", database="street"))
        try:
            series = query(connection, "street", 'SELECT "vehicle_count_total" FROM "traffic"')
        finally:
            connection.close()
        return [(int(value), t_ms) for one in series for t_ms, value in one["values"]]

    async def end(self, within_s: float = 240.0) -> None:
        """Silence the device, wait until every batch has its receipt, and stop all processes cleanly."""
        self.device.silent = True
        until_s = time.monotonic() + within_s
        await asyncio.sleep(1.5)
        newest_id = await asyncio.to_thread(self._newest_id)
        # The gateway goes on to record that the device is silent, and a receipt is journalled with the next batch.
        while self._waits(newest_id):
            if time.monotonic() > until_s:
                raise AssertionError(f"a batch still has no receipt after {within_s:g} s:\n{self.said()}")
            await asyncio.sleep(0.25)
        await asyncio.to_thread(self._stop_all)
        for server in self._servers:
            server.close()

    async def trusts_its_clock(self, within_s: float = 90.0) -> None:
        """Wait until the gateway writes a batch whose times it trusts."""
        newest_id, until_s = await asyncio.to_thread(self._newest_id), time.monotonic() + within_s
        while not await asyncio.to_thread(self._trusts, newest_id):
            assert time.monotonic() < until_s, f"the gateway does not trust its clock within {within_s:g} s:\n{self.said()}"
            await asyncio.sleep(0.1)

    def _trusts(self, newest_id: int) -> bool:
        with opened(self.journal) as database:
            return bool(
                database.execute("SELECT count(*) FROM batches WHERE id > ? AND clock = ?", (newest_id, Clock.SYNCED)).fetchone()[0]
            )

    def excuse(self, before: int, began: int, behind_ms: int) -> None:
        """Excuse the readings of a run whose clock was behind, but not behind the last reading before that: nobody can know that it was wrong.

        Only on a very busy machine does a restart take so long. `before` is the last number before the clock was set back, `began` that before the run.
        """
        served = self.device.served
        if served[began].t_ms - served[before - 1].t_ms > behind_ms - SLEWED_MS:
            self._excused.update(range(began + 1, self.device.newest + 1))

    def _newest_id(self) -> int:
        with opened(self.journal) as database:
            return int(database.execute("SELECT coalesce(max(id), 0) FROM batches").fetchone()[0])

    def _waits(self, newest_id: int) -> bool:
        """Return whether a batch up to a position waits for its receipt, or for the correction of its times."""
        try:
            with opened(self.journal) as database:
                correcting = database.execute("SELECT count(*) FROM corrections").fetchone()[0]
                waiting = database.execute(f"SELECT count(*) FROM batches WHERE {UNCONFIRMED} AND id <= ?", (newest_id,)).fetchone()[0]
        except (FileNotFoundError, sqlite3.Error):
            return True  # a damaged journal is being set aside
        return bool(correcting or waiting)

    def _stop_all(self) -> None:
        self.edge.stop(60)
        self.ingest.stop(60)

    def stop_servers(self) -> None:
        self.broker.stop(30)
        self.store.stop(30)

    def said(self) -> str:
        return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in self.folder.glob("*.log"))

    def _sources(self) -> list[Source]:
        return [Source(self.device, self.journal), *self.clones]

    def write_served(self) -> None:
        """Write down what the devices returned and when, and what the store has."""
        times = dict(self.rows())
        served = [one for source in self._sources() for one in source.device.served]
        lines = [f"{number} returned {t_ms} stored {times.get(number)}\n" for number, t_ms in served]
        (self.folder / "served.txt").write_text("".join(lines))

    def outcome(self, name: str, trials: int, recovery_s: float) -> Outcome:
        """Return how the store compares with the log of the devices."""
        rows = self.rows()
        times = dict(rows)
        doubled = sum(n - 1 for n in Counter(number for number, _ in rows).values())
        found = [_compared(one, times, self._excused) for one in self._sources()]
        lost = [number for one in found for number in one.lost]
        readings, misdated = sum(one.readings for one in found), sum(one.misdated for one in found)
        unsynced, in_gaps = sum(one.unsynced for one in found), sum(one.in_gaps for one in found)
        return Outcome(
            name,
            trials,
            readings,
            len(lost),
            doubled,
            misdated,
            unsynced,
            in_gaps,
            round(recovery_s, 1),
            self.seed,
            lost[:50],
            len(self._excused),
        )


class _Comparison(NamedTuple):
    readings: int
    lost: list[int]
    in_gaps: int
    unsynced: int
    misdated: int


def _compared(source: Source, times: dict[int, int], excused: set[int]) -> _Comparison:
    """Return how the times of the stored numbers compare with the log of one device."""
    served = source.device.served
    gaps = [(gap.from_ms or 0, gap.to_ms or gap.at_ms) for gap in journal_gaps(source.journal)]
    missing = [one for one in served if one.number not in times]
    lost = [one for one in missing if not any(first - _ON_THE_WAY_MS <= one.t_ms <= last + _ON_THE_WAY_MS for first, last in gaps)]
    unsynced = _unsynced(source.journal)
    dated = [one for one in served if one.number in times and one.number not in unsynced | excused]
    misdated = sum(abs(times[one.number] - one.t_ms) > MISDATED_MS for one in dated)
    return _Comparison(len(served), [one.number for one in lost], len(missing) - len(lost), len(unsynced), misdated)


def _unsynced(journal: Path) -> set[int]:
    """Return the numbers in a journal whose times are flagged as unsynced."""
    with opened(journal) as database:
        documents = dict(database.execute("SELECT hash, document FROM schemas").fetchall())
        bodies = [unpack(body) for (body,) in database.execute("SELECT body FROM batches WHERE state = ?", (BatchState.STORED,))]
    counted = {key: [one.measurement == "traffic" for one in decode_schema(document).streams] for key, document in documents.items()}
    flagged = [one for one in bodies if one.clock is Clock.UNSYNCED]
    return {int(row.values[0]) for one in flagged for row in rows_of(one) if counted[one.schema][row.stream] and row.values[0]}


@contextlib.asynccontextmanager
async def running(folder: Path, seed: int, *, under_faketime: bool = False) -> AsyncIterator[Rig]:
    """Run a rig, and stop all of it in the end."""
    rig = Rig(folder, seed, under_faketime=under_faketime)
    await rig.start()
    try:
        yield rig
    finally:
        await asyncio.to_thread(rig.stop_servers)


def as_json(outcomes: list[Outcome]) -> str:
    return json.dumps({"faults": [msgspec.to_builtins(one) for one in outcomes]})
