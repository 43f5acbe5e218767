"""A centre on given brokers: InfluxDB, two workers and a city role; and fleets that send to it while something fails."""

import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from gateway.model import topics
from gateway.model.messages import GatewayState
from gateway.model.site.store import InfluxSettings
from gateway.model.topics import GatewayId
from gateway.simulate.fleet.plan import FleetPlan, FleetReport
from tests.cluster.brokers import Brokers
from tests.cluster.comparison import Difference, compare, served_rows, stored_rows
from tests.cluster.probe import Probe
from tests.hostile.broker import CENTRE_USER, SITE, password_of
from tests.system.servers import Process, answers, free_port, gateway, influxdb, wait_until

WORKERS = ("worker-1", "worker-2")
_TICKS_A_S = os.sysconf("SC_CLK_TCK")


class Load(NamedTuple):
    """The load of a fleet: gateways in so many processes, values a second of each gateway, seconds between batches."""

    gateways: int
    points: int
    flush_s: float
    processes: int = 2

    @property
    def ramp_s(self) -> float:
        """How long the gateways take to connect: a handshake of TLS costs each side milliseconds."""
        return max(5.0, self.gateways / 50)


class Result(NamedTuple):
    """How a run went: None where there is nothing to measure.

    `shown_offline` counts gateways whose retained state is not `online` at the end, though they are. `silent_s` is the longest time from a
    reading's batch to its receipt; CPU is that of all brokers, in cores, memory that of the largest.
    """

    name: str
    difference: Difference
    without_receipt: int = 0
    shown_offline: int | None = None
    resent: int | None = None
    median_s: float | None = None
    silent_s: float | None = None
    broker_cores: float | None = None
    broker_mib: float | None = None

    @property
    def is_good(self) -> bool:
        """Whether nothing is missing, every batch has its receipt, and every gateway is shown as online."""
        return self.difference.is_exact and not self.without_receipt and not self.shown_offline and self.difference.values > 0


def gateway_of(number: int) -> GatewayId:
    """Return the name of a gateway of a fleet."""
    return GatewayId(SITE, f"operator-{number % 10}", f"sim-{number:05d}")


class Centre:
    """A store, two workers and a city role."""

    def __init__(self, folder: Path, brokers: Brokers) -> None:
        self._folder, self._brokers = folder, brokers
        self._store, url = influxdb(folder)
        self.influx = InfluxSettings(url=url)
        self._health: dict[str, str] = {}
        password = folder / "centre-password"
        password.touch(0o600)
        password.write_text(password_of(CENTRE_USER))
        self._processes = {name: self._start(name) for name in (*WORKERS, "city")}
        for name in self._processes:
            self.wait_for(name)

    def start(self, name: str, brokers: list[str] | None = None) -> None:
        """Start a worker again, with some of the brokers' addresses or with all."""
        self._processes[name] = self._start(name, brokers)

    def kill(self, name: str) -> None:
        """Kill a worker."""
        self._processes[name].kill_9()

    def freeze(self, name: str) -> None:
        """Stop a worker, with its connections open, until it is killed."""
        self._processes[name].process.send_signal(signal.SIGSTOP)

    def wait_for(self, name: str) -> None:
        """Wait until a process is healthy: it is connected, and its store works."""
        wait_until(name, lambda: answers(self._health[name]), 60.0)

    def logs(self) -> dict[str, str]:
        """Return what each process said."""
        return {name: process.log.read_text() for name, process in self._processes.items()}

    def close(self) -> None:
        for process in (*self._processes.values(), self._store):
            process.stop(60)

    def _start(self, name: str, brokers: list[str] | None = None) -> Process:
        listen = f"127.0.0.1:{free_port()}"
        self._health[name] = f"http://{listen}/health"
        site = self._folder / f"{name}.yaml"
        site.write_text(
            yaml.safe_dump(
                {
                    "site": SITE,
                    "centre": {
                        "broker": brokers or self._brokers.for_centre,
                        "login": {"user": CENTRE_USER, "password_file": str(self._folder / "centre-password")},
                        "store": {"influx": {"url": self.influx.url}},
                        "dead_letters": str(self._folder / f"{name}.sqlite"),
                        "listen": listen,
                    },
                }
            )
        )
        role = ("--role", "city") if name == "city" else ("--role", "ingest", "--worker", name)
        return gateway(name, self._folder, "central", *role, str(site))


class Fleet:
    """Simulated gateways in processes of their own, with TLS and a login for each gateway."""

    def __init__(self, folder: Path, name: str, plan: FleetPlan, processes: int) -> None:
        share = math.ceil(plan.gateways / processes)
        self.served = [folder / f"{name}-{number}.served" for number in range(processes)]
        self.latencies_s: list[float] = []
        self._latest: list[FleetReport | None] = [None] * processes
        self._threads = []
        for number, served in enumerate(self.served):
            first = number * share
            part = msgspec.structs.replace(plan, first=plan.first + first, gateways=min(share, plan.gateways - first), served=str(served))
            path = folder / f"{name}-{number}.json"
            path.write_bytes(msgspec.json.encode(part))
            process = subprocess.Popen([sys.executable, "-m", "gateway.simulate.fleet", str(path)], stdout=subprocess.PIPE)
            thread = threading.Thread(target=self._follow, args=(process, number), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _follow(self, process: "subprocess.Popen[bytes]", number: int) -> None:
        with process as one:
            assert one.stdout is not None
            for line in one.stdout:
                report = msgspec.json.decode(line, type=FleetReport)
                self.latencies_s += report.latencies_s
                self._latest[number] = report

    def total(self, name: str) -> int:
        """Return a count of all processes together."""
        return sum(getattr(one, name) for one in self._latest if one is not None)

    def is_settled(self, gateways: int) -> bool:
        """Return whether all gateways are connected, and hardly anything waits of the time before they were."""
        return self.total("connected") == gateways and self.total("confirmed") > 0 and self.total("unconfirmed") <= gateways // 4

    def wait(self) -> None:
        """Wait until the fleet has ended."""
        for thread in self._threads:
            thread.join()


class Rig:
    """A centre on brokers, and its runs. Each run has gateways of its own."""

    def __init__(self, folder: Path, brokers: Brokers) -> None:
        self._folder, self.brokers = folder, brokers
        self.centre = Centre(folder, brokers)
        self._first = 0

    def run(
        self, name: str, load: Load, seconds: float, fail: Callable[[], None] = lambda: None, addresses: tuple[str, ...] | None = None
    ) -> Result:
        """Run a fleet for so long, let something fail meanwhile, and compare. The fleet connects to `addresses` instead of the brokers'."""
        first, self._first = self._first, self._first + load.gateways
        plan = FleetPlan(
            broker=addresses or self.brokers.for_gateways, site=SITE, first=first, gateways=load.gateways, points=load.points, seconds=seconds,
            flush_s=load.flush_s, ramp_s=load.ramp_s, drain_s=150.0, user="{id}", password=password_of("{id}"), ca=str(self._folder / "ca.pem"),
        )  # fmt: skip
        fleet = Fleet(self._folder, re.sub(r"\W+", "-", name), plan, load.processes)
        wait_until(f"the fleet of '{name}'", lambda: fleet.is_settled(load.gateways), 90.0 + load.ramp_s)
        usage, settled = _Usage(self.brokers), len(fleet.latencies_s)
        fail()
        fleet.wait()
        cores, mib = usage.end()
        names = [gateway_of(number).gateway for number in range(first, first + load.gateways)]
        difference = compare(served_rows(fleet.served), stored_rows(self.centre.influx, names))
        latencies = sorted(fleet.latencies_s[settled:]) or [math.inf]
        return Result(
            name, difference, fleet.total("unconfirmed"), shown_offline(self.brokers.for_centre, names), fleet.total("resent"),
            latencies[len(latencies) // 2], latencies[-1], cores, mib,
        )  # fmt: skip

    def close(self) -> None:
        self.centre.close()
        self.brokers.close()


def shown_offline(urls: Sequence[str], gateways: Collection[str]) -> int:
    """Return how many of some gateways, by name, a broker does not retain as online: at the node that is worst in this."""
    return max(len(set(gateways) - _online(url, set(gateways))) for url in urls)


def _online(url: str, gateways: set[str]) -> set[str]:
    states: dict[str, str] = {}

    def complete() -> bool:
        for one in client.received:
            topic = topics.parse_gateway(one.topic)
            if topic is not None and one.payload:
                states[topic.sender.gateway] = msgspec.json.decode(one.payload, type=GatewayState).state
        return gateways <= states.keys()

    client = Probe(url, CENTRE_USER, "states")
    client.subscribe(topics.every_gateway(SITE, "state"))
    client.wait(complete)
    client.close()
    return {gateway for gateway, state in states.items() if state == "online"}


class _Usage:
    """CPU and memory of the brokers from now on. A broker that is killed counts until then, roughly."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers, self._began_s = brokers, time.monotonic()
        self._before = {one.process.pid: _cpu_s(one.process.pid) for one in brokers.processes()}
        self._most: dict[int, float] = dict(self._before)
        self._mib = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="usage", daemon=True)
        self._thread.start()

    def end(self) -> tuple[float, float]:
        """Return the cores that were used on average, and the most memory of one broker."""
        self._ended.set()
        self._thread.join()
        used_s = sum(most - self._before.get(pid, 0.0) for pid, most in self._most.items())
        return used_s / (time.monotonic() - self._began_s), self._mib

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            for one in self._brokers.processes():
                if one.process.poll() is None:
                    self._most[one.process.pid] = max(self._most.get(one.process.pid, 0.0), _cpu_s(one.process.pid))
                    self._mib = max(self._mib, one.rss_mib)


def _cpu_s(pid: int) -> float:
    """Return the CPU time of a process (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_S
