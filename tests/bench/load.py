"""The centre under the load of a fleet while parts of it fail: real mosquitto, InfluxDB and workers, simulated gateways.

    python -m tests.bench.load kill [--kills 50]             kill -9 one of two workers, again and again
    python -m tests.bench.load store-down [--minutes 10]     the store is down at full load
    python -m tests.bench.load storm [--gateways 5000] [--minutes 5]   break all connections at once, twice

Each prints its result, as JSON with --json. Nothing that was sent may be missing in the store.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import yaml

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.model.site.store import InfluxSettings
from gateway.simulate.fleet.client import raise_file_limit
from gateway.simulate.fleet.plan import FleetPlan, FleetReport
from tests.system.servers import Process, answers, free_port, gateway, listens, program, wait_until


class Centre:
    """Broker, store and workers. A store or worker that is started again uses the data that it had."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder, self.port, self.influx_port, self._rpc = folder, free_port(), free_port(), free_port()
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 10000\n"
            "max_inflight_messages 200\n"
        )
        self.broker = Process("mosquitto", folder, program("mosquitto"), "-c", str(folder / "mosquitto.conf"))
        wait_until("mosquitto", lambda: listens(self.port))
        self.start_store()
        self.workers = [self.start_worker(number) for number in range(workers)]

    def start_store(self) -> None:
        data = self.folder / "influx"
        (self.folder / "influx.conf").write_text(
            f'reporting-disabled = true\nbind-address = "127.0.0.1:{self._rpc}"\n[meta]\n  dir = "{data}/meta"\n[data]\n  dir = "{data}/data"\n'
            f'  wal-dir = "{data}/wal"\n[http]\n  bind-address = "127.0.0.1:{self.influx_port}"\n  log-enabled = false\n[monitor]\n  store-enabled = false\n'
        )
        self.store = Process("influxd", self.folder, program("influxd"), "-config", str(self.folder / "influx.conf"))
        wait_until("influxd", lambda: answers(f"http://127.0.0.1:{self.influx_port}/ping"))

    def start_worker(self, number: int) -> Process:
        site = self.folder / f"centre-{number}.yaml"
        site.write_text(yaml.safe_dump({"site": "sim", "centre": {
            "broker": f"mqtt://127.0.0.1:{self.port}", "store": {"influx": {"url": f"http://127.0.0.1:{self.influx_port}"}},
            "dead_letters": str(self.folder / "dead.sqlite"), "listen": f"127.0.0.1:{free_port()}"}}))  # fmt: skip
        return gateway(f"worker-{number}", self.folder, "central", "--role", "ingest", "--worker", f"worker-{number}", str(site))

    def stored(self) -> tuple[int, int]:
        """Return how many batches and how many values the store contains."""
        connection = InfluxConnection(InfluxSettings(url=f"http://127.0.0.1:{self.influx_port}"))
        batches = query(connection, "street", 'SELECT count("seq") FROM "uplink"')
        values = query(connection, "street", 'SELECT count(*) FROM "lighting_meter"')
        connection.close()
        return batches[0]["values"][0][1], sum(values[0]["values"][0][1:])

    def memory_mib(self) -> float:
        """Return the memory of the largest running worker."""
        return max(worker.rss_mib for worker in self.workers if worker.process.poll() is None)

    def close(self) -> None:
        for process in (*self.workers, self.store, self.broker):
            process.stop(60)


class Fleet:
    """Simulated gateways in processes of their own, and their reports."""

    def __init__(self, folder: Path, plan: FleetPlan, processes: int = 1) -> None:
        share = -(-plan.gateways // processes)
        self.latest: list[FleetReport | None] = [None] * processes
        self.latencies_s: list[float] = []
        self.silences_s: list[float] = []
        self._threads = []
        for number in range(processes):
            path = folder / f"fleet-{number}.json"
            path.write_bytes(msgspec.json.encode(msgspec.structs.replace(plan, first=number * share, gateways=share)))
            process = subprocess.Popen([sys.executable, "-m", "gateway.simulate.fleet", str(path)], stdout=subprocess.PIPE)
            thread = threading.Thread(target=self._follow, args=(process, number), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _follow(self, process: subprocess.Popen[bytes], number: int) -> None:
        assert process.stdout is not None
        confirmed, since_s = 0, 0.0
        for line in process.stdout:
            report = msgspec.json.decode(line, type=FleetReport)
            if report.confirmed > confirmed:
                self.silences_s.append(report.passed_s - since_s)
                confirmed, since_s = report.confirmed, report.passed_s
            self.latencies_s += report.latencies_s
            self.latest[number] = report
        process.wait()

    @property
    def runs(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def total(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.latest if one is not None)

    def told(self, centre: Centre) -> dict[str, object]:
        """Return how what was sent compares with what the store contains."""
        batches, values = centre.stored()
        latencies = sorted(self.latencies_s)
        return {
            "batches": self.total("batches"), "points": self.total("points"), "confirmed": self.total("confirmed"), "resent": self.total("resent"),
            "resent_share": round(self.total("resent") / max(1, self.total("batches")), 4), "lost": self.total("batches") - batches,
            "points_missing": self.total("points") - values, "without_receipt": self.total("unconfirmed"),
            "latency_p50_s": round(statistics.median(latencies), 2), "latency_p99_s": round(latencies[int(0.99 * len(latencies))], 2),
            "latency_max_s": round(latencies[-1], 2), "longest_silence_s": round(max(self.silences_s), 1),
        }  # fmt: skip


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def kill(folder: Path, asked: argparse.Namespace) -> dict[str, object]:
    """Kill one of two workers, wait and start it again, so many times."""
    chance = random.Random(asked.seed)
    centre = Centre(folder, 2)
    seconds = 8.0 * asked.kills
    plan = FleetPlan(
        broker=f"mqtt://127.0.0.1:{centre.port}", site="sim", gateways=asked.gateways or 200, points=20, seconds=seconds, flush_s=2.0
    )
    fleet = Fleet(folder, plan)
    time.sleep(plan.ramp_s)
    memory = 0.0
    for number in range(asked.kills):
        time.sleep(chance.uniform(1.0, 5.0))
        victim = chance.randrange(2)
        centre.workers[victim].kill_9()
        time.sleep(chance.uniform(0.5, 3.0))
        centre.workers[victim] = centre.start_worker(victim)
        memory = max(memory, centre.memory_mib())
        if number % 10 == 9:
            _say(f"{number + 1} kills: {fleet.total('confirmed')} of {fleet.total('batches')} batches confirmed")
    while fleet.runs:
        time.sleep(0.5)
    found = {"kills": asked.kills, "gateways": plan.gateways} | fleet.told(centre) | {"rss_mib": round(memory, 1)}
    centre.close()
    return found


def store_down(folder: Path, asked: argparse.Namespace) -> dict[str, object]:
    """Stop the store for minutes at full load, and start it again."""
    centre = Centre(folder, 1)
    down_s = 60.0 * asked.minutes
    plan = FleetPlan(
        broker=f"mqtt://127.0.0.1:{centre.port}", site="sim", gateways=asked.gateways or 1000, points=20, seconds=60 + down_s, drain_s=300.0
    )
    fleet = Fleet(folder, plan)
    time.sleep(plan.ramp_s + 30)
    centre.store.kill_9()
    _say("the store is down")
    memory = []
    until_s = time.monotonic() + down_s
    while time.monotonic() < until_s:
        time.sleep(5)
        memory.append(centre.memory_mib())
    before = fleet.total("confirmed")
    _say(f"the store is up again; {fleet.total('unconfirmed')} batches wait, the worker uses {memory[-1]:.0f} MiB")
    centre.start_store()
    came_back_s, drained_s = time.monotonic(), 0.0
    while fleet.runs:
        time.sleep(0.5)
        memory.append(centre.memory_mib())
        if not drained_s and fleet.total("unconfirmed") < 2 * plan.gateways:
            drained_s = time.monotonic() - came_back_s
    log = centre.workers[0].log.read_text()
    found = {"gateways": plan.gateways, "down_s": down_s, "confirmed_before": before} | fleet.told(centre)
    found |= {"rss_mib": round(max(memory), 1), "worker_connections": log.count("connected to"), "drained_s": round(drained_s, 1)}
    centre.close()
    return found


def storm(folder: Path, asked: argparse.Namespace) -> dict[str, object]:
    """Break the connections of thousands of gateways at once, twice."""
    centre = Centre(folder, 1)
    most = 0
    seconds = 60.0 * asked.minutes
    gateways = asked.gateways or 5000
    plan = FleetPlan(broker=f"mqtt://127.0.0.1:{centre.port}", site="sim", gateways=gateways, points=10, seconds=seconds, ramp_s=30.0,
                     storms_s=(seconds / 3, 2 * seconds / 3), outage_s=10.0)  # fmt: skip
    fleet = Fleet(folder, plan, processes=2)
    memory, said_s = [], 0.0
    while fleet.runs:
        time.sleep(1)
        memory.append(centre.memory_mib())
        most = max(most, fleet.total("connected"))
        if time.monotonic() > said_s + 20:
            said_s = time.monotonic()
            _say(
                f"{fleet.total('connected')} connected, {fleet.total('confirmed')} of {fleet.total('batches')} batches confirmed, {memory[-1]:.0f} MiB"
            )
    found = {"gateways": gateways, "clients_connected_most": most} | fleet.told(centre)
    found |= {"points_per_s": round(fleet.total("points") / (seconds + plan.ramp_s)), "rss_mib": round(max(memory), 1)}
    centre.close()
    return found


SCENARIOS: dict[str, Callable[[Path, argparse.Namespace], dict[str, object]]] = {"kill": kill, "store-down": store_down, "storm": storm}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("scenario", choices=list(SCENARIOS))
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--minutes", type=float)
    options.add_argument("--gateways", type=int)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    asked.minutes = asked.minutes or {"store-down": 10.0, "storm": 5.0}.get(asked.scenario, 0.0)
    raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        found = SCENARIOS[asked.scenario](Path(folder), asked)
    print(json.dumps(found) if asked.json else "\n".join(f"{name} {value}" for name, value in found.items()))
    sys.exit(1 if found["lost"] or found["points_missing"] or found["without_receipt"] else 0)


if __name__ == "__main__":
    main()
