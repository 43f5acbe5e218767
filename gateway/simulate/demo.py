"""The demo: a street of simulated devices, two gateways, a broker, a centre and the page, each in its own process.

It starts the commands that a real site runs, on site files that it writes.
"""

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.port import StoreUnavailable
from gateway.host.files import write_whole
from gateway.model.site.store import InfluxSettings
from gateway.simulate.day.acts import DAY_S
from gateway.simulate.day.credentials import WATCHING, DayCredentials, issue_passwords, listener, room_document, with_tokens
from gateway.simulate.day.day import SimulatedDay
from gateway.simulate.day.organisations import PERSON
from gateway.simulate.day.verdict import DayVerdict
from gateway.simulate.street.layout import SimGateway, StreetPlan, roads_geojson, site_document, street
from gateway.simulate.street.served_log import read_served
from gateway.simulate.verify.stored import from_history, from_influx
from gateway.simulate.verify.verdict import Verdict, compare

_SITE = "prato"
_PR_SET_PDEATHSIG = 1
_READY_S = 30.0
_STOP_S = 20.0


class DemoError(Exception):
    """A part of the demo did not start or ended too early; the message contains the end of its log."""


class DemoOptions(NamedTuple):
    """The settings of a run of the demo."""

    port: int
    lamps: int
    speed: float
    seed: int
    influx: str | None
    folder: Path
    day_s: float | None = None
    """How long the day of the Situation Room takes; None: there is no room."""


class DemoResult(NamedTuple):
    """What became of a run: of the readings of the street, and of the events of the day if there was one."""

    street: Verdict
    day: DayVerdict | None = None

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or wrong."""
        return self.street.good and (self.day is None or self.day.good)


class _Part:
    """One process of the demo, with its output in a file."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name, self.process, self.log = name, process, log

    def end_of_log(self) -> str:
        """Return the last lines of its output, for an error message."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return f"{self.name} (exit code {self.process.returncode}): " + (" / ".join(lines[-4:]) or "no output")


class Demo:
    """One run: start every part, wait, stop in order, and compare what is stored with what was served."""

    def __init__(self, options: DemoOptions) -> None:
        self.options = options
        self._parts: list[_Part] = []
        self._layout = street(options.lamps)
        self._day: SimulatedDay | None = None
        self._playing: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self, say: Callable[[str], None]) -> None:
        """Start every part in the order of their dependencies.

        Raises:
            DemoError: The port is in use, the InfluxDB can't be used, or a part did not start.
        """
        if self.options.port and _listens(self.options.port):
            raise DemoError(f"port {self.options.port} is in use; choose another with --port")
        await asyncio.to_thread(_check_influx, influx_of(self.options))
        folder = self.options.folder
        folder.mkdir(parents=True, exist_ok=True)
        for old in (*folder.glob("served-*.jsonl"), *folder.glob("*.sqlite*")):
            old.unlink()
        port = _free_port()
        broker = f"mqtt://127.0.0.1:{port}"
        credentials = self._admit_organisations(say)
        say(f"broker: {await self._start_broker(port, credentials)}")
        start_s = time.time()
        await asyncio.gather(*(self._simulate(gateway, start_s) for gateway in self._layout.gateways))
        devices = sum(len(line.devices) for gateway in self._layout.gateways for line in gateway.lines)
        say(f"street: {devices} simulated devices on real sockets and ptys, {self.options.lamps} lamps")
        centre = self._write("centre", self._centre_document(broker, credentials))
        await self._gateway("central", centre, wait_for="connected to")
        for gateway in self._layout.gateways:
            document = site_document(
                self._layout,
                gateway,
                broker=broker,
                journal=str(folder / f"journal-{gateway.gateway}.sqlite"),
                listen="127.0.0.1:0",
            )
            await self._gateway("run", self._write(gateway.gateway, document), name=gateway.gateway, wait_for="connected to")
            say(f"gateway: {gateway.gateway} of {gateway.operator}, {len(gateway.lines)} lines")
        await self._gateway("console", centre, wait_for="the street is at")
        words = (folder / "console.log").read_text()
        self.url = words.split("the street is at ")[1].split()[0]
        if credentials is not None:
            await self._start_day(centre, credentials, say)

    async def wait(self, stop: asyncio.Event, seconds: float | None) -> None:
        """Wait until the time is over, `stop` is set, or a part ends by itself.

        Raises:
            DemoError: A part ended.
        """
        waiting = {asyncio.create_task(part.process.wait()): part for part in self._parts}
        stopped = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([*waiting, stopped], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in (*waiting, stopped):
            task.cancel()
        for task in done - {stopped}:
            raise DemoError(waiting[task].end_of_log())

    async def finish_day(self) -> DayVerdict | None:
        """End the day of the Situation Room, and return what became of it; None if there is none."""
        if self._playing is None:
            return None
        self._playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._playing
        return None if self._day is None else await self._day.finish()

    async def stop(self) -> None:
        """Stop in order: the gateways first, which send their backlog, then the centre and the rest."""
        gateways = [part for part in self._parts if part.name.startswith("gw-")]
        others = [part for part in self._parts if part not in gateways]
        await asyncio.gather(*(_end(part) for part in gateways))
        for part in reversed(others):
            await _end(part)

    def verdict(self) -> Verdict:
        """Compare what is stored with what was served."""
        return verdict(self.options.folder, influx_of(self.options))

    def _admit_organisations(self, say: Callable[[str], None]) -> DayCredentials | None:
        """Return the credentials of the organisations of the day; None if there is none."""
        if self.options.day_s is None:
            return None
        if _mosquitto() is None:
            say("no Situation Room: it needs mosquitto, as each organisation may read only what is for it")
            return None
        return issue_passwords(self.options.folder, _SITE, _free_port(), _free_port())

    async def _start_broker(self, port: int, credentials: DayCredentials | None) -> str:
        mosquitto = _mosquitto()
        if mosquitto is None:
            await self._start("broker", sys.executable, "-m", "gateway", "broker", "--port", str(port))
        else:
            configuration = self.options.folder / "mosquitto.conf"
            configuration.write_text(_mosquitto_conf(self.options.folder, port, credentials))
            await self._start("broker", mosquitto, "-c", str(configuration))
        await self._until(lambda: _listens(port), self._parts[-1])
        return "mosquitto" if mosquitto else "embedded (mosquitto is not installed)"

    async def _start_day(self, centre: Path, credentials: DayCredentials, say: Callable[[str], None]) -> None:
        """Start the Situation Room, and let the day begin when it is ready: nothing else waits for that."""
        part = await self._start("situation", sys.executable, "-m", "gateway", "situation", "serve", str(centre), "--listen", "127.0.0.1:0")
        self._playing = asyncio.create_task(self._play_day(part, credentials, say))

    async def _play_day(self, part: _Part, credentials: DayCredentials, say: Callable[[str], None]) -> None:
        folder = self.options.folder
        credentials = await asyncio.to_thread(with_tokens, folder, credentials)
        self._day = day = SimulatedDay(credentials, folder / "situations.sqlite", self.options.day_s or DAY_S, say)
        try:
            await self._until(lambda: "connected to" in part.log.read_text(errors="replace") and _listens(credentials.api_port), part)
        except DemoError as error:
            day.fail(str(error))
            return
        say(f"Situation Room: {credentials.wall} as {PERSON}@{WATCHING}, password {credentials.passwords[WATCHING]}")
        await day.run()

    async def _simulate(self, gateway: SimGateway, start_s: float) -> None:
        folder, name = self.options.folder, f"street-{gateway.gateway}"
        plan = StreetPlan(gateway, str(folder / f"served-{gateway.gateway}.jsonl"), self.options.seed, self.options.speed, start_s)
        path = folder / f"{name}.json"
        path.write_bytes(msgspec.json.encode(plan))
        output = folder / f"{name}.log"
        part = await self._start(name, sys.executable, "-m", "gateway.simulate", str(path))
        await self._until(lambda: output.exists() and b"\n" in output.read_bytes(), part)
        addresses = msgspec.json.decode(output.read_bytes().splitlines()[0])
        for line in gateway.lines:
            line.address = addresses[line.id]

    def _centre_document(self, broker: str, credentials: DayCredentials | None) -> dict[str, Any]:
        folder = self.options.folder
        streets = folder / "streets.geojson"
        streets.write_bytes(msgspec.json.encode(roads_geojson(self._layout)))
        influx = influx_of(self.options)
        store = (
            {"influx": {"url": influx.url, "database": influx.database}}
            if influx
            else {"history": {"path": str(folder / "history.sqlite")}}
        )
        return {
            "site": _SITE,
            "time_zone": "Europe/Rome",
            "centre": {
                "broker": broker,
                "store": store,
                "listen": "127.0.0.1:0",
                "dead_letters": str(folder / "dead-letters.sqlite"),
                "city": {"at_most": "1s", "at_least": "1s"},
                **({} if credentials is None else {"situation": room_document(credentials)}),
            },
            "console": {"listen": f"127.0.0.1:{self.options.port}", "streets": str(streets)},
        }

    def _write(self, name: str, document: dict[str, Any]) -> Path:
        """Write a site file; JSON is YAML."""
        path = self.options.folder / f"{name}.yaml"
        write_whole(path, msgspec.json.format(msgspec.json.encode(document), indent=2))
        return path

    async def _gateway(self, command: str, site: Path, *, wait_for: str, name: str | None = None) -> None:
        part = await self._start(name or command, sys.executable, "-m", "gateway", command, str(site))
        await self._until(lambda: wait_for in part.log.read_text(errors="replace"), part)

    async def _start(self, name: str, *command: str) -> _Part:
        log = self.options.folder / f"{name}.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        part = _Part(name, process, log)
        self._parts.append(part)
        return part

    async def _until(self, ready: Callable[[], bool], part: _Part) -> None:
        """Wait until a part is ready."""
        try:
            async with asyncio.timeout(_READY_S):
                while not ready():
                    if part.process.returncode is not None:
                        raise DemoError(part.end_of_log())
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise DemoError(f"{part.name} was not ready within {_READY_S:g} s: {part.end_of_log()}") from None


def influx_of(options: DemoOptions) -> InfluxSettings | None:
    """Return the InfluxDB that a run stores in; None for the embedded history."""
    return InfluxSettings(url=options.influx, database="street_demo") if options.influx else None


def _check_influx(influx: InfluxSettings | None) -> None:
    """Check that an InfluxDB accepts what the demo asks in the end, without a login."""
    if influx is None:
        return
    connection = InfluxConnection(influx)
    try:
        query(connection, influx.database, "SHOW DATABASES")
    except StoreUnavailable as error:
        raise DemoError(
            f"can't store in {influx.url}: {error}. --influx takes an InfluxDB 1.x without a login; for InfluxDB 2.x, run"
            " 'gateway central' with a site file that names 'api: v2', 'org' and 'token_file'"
        ) from error
    finally:
        connection.close()


def verdict(folder: Path, influx: InfluxSettings | None) -> Verdict:
    """Compare what a run stored in a folder (or in an InfluxDB) with the simulators' logs in the folder.

    Raises:
        DemoError: The folder contains no such log.
        StoreUnavailable: The store can't be read.
    """
    logs = sorted(folder.glob("served-*.jsonl"))
    if not logs:
        raise DemoError(f"{folder} contains no run of the demo")
    served = [response for log in logs for response in read_served(log)]
    since_ms = min((response.t_ms for response in served), default=0)
    return compare(served, from_influx(influx, since_ms) if influx else from_history(folder / "history.sqlite"))


async def run(options: DemoOptions, *, seconds: float | None, say: Callable[[str], None], announce: Callable[[str], None]) -> DemoResult:
    """Run the demo for so many seconds, or until a signal.

    Args:
        options: The settings of the run.
        seconds: How long to run; None for until a signal.
        say: Called with each line of progress.
        announce: Called with the address of the page.

    Raises:
        DemoError: A part did not start or ended.
        StoreUnavailable: The store can't be read.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    demo, day = Demo(options), None
    try:
        await demo.start(say)
        announce(demo.url)
        await demo.wait(stop, seconds)
        day = await demo.finish_day()
        say("stopping: the gateways send their backlog first")
    finally:
        await demo.stop()
    return DemoResult(demo.verdict(), day)


async def _end(part: _Part) -> None:
    if part.process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        part.process.terminate()
    try:
        async with asyncio.timeout(_STOP_S):
            await part.process.wait()
    except TimeoutError:
        part.process.kill()
        await part.process.wait()


def _die_with_parent() -> None:
    """Make Linux send SIGTERM to the child when the demo is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _mosquitto() -> str | None:
    """Return the path of mosquitto; None if it is not installed."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _mosquitto_conf(folder: Path, port: int, credentials: DayCredentials | None) -> str:
    """Return the configuration: the organisations have a listener of their own, with access rules."""
    common = f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 10000\n"
    if credentials is None:
        return common
    return f"user root\nper_listener_settings true\n{common}{listener(folder, credentials.broker_port)}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
