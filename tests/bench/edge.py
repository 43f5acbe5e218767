"""CPU time of the whole edge per value, compared with the floor measured in the same run: workload W1.

50 Modbus TCP lines of 4 units, one read of 60 registers per second and unit (40 uint16, 10 float32): 10,000 values per second. Each value has a
scale, a sentinel and a range, and passes the schedule, decoding, the journal with fsync, the batch, and publishing at QoS 1 to mosquitto. Runs of
the floor and of the edge alternate; the result is the ratio of the medians.

    python -m tests.bench.edge [--rounds 5] [--seconds 10] [--loop uvloop|asyncio] [--json]
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.bench.floor import LINES, UNITS
from tests.system.servers import Process, free_port, mosquitto

VALUES_A_READ = 50


def profile() -> str:
    """Return a profile of 50 values, each with a scale, a sentinel and a range."""
    fields = [
        "voltage_l1", "voltage_l2", "voltage_l3", "current_l1", "current_l2", "current_l3", "active_power_l1", "active_power_l2", "active_power_l3",
        "reactive_power_l1", "reactive_power_l2", "reactive_power_l3", "apparent_power_l1", "apparent_power_l2", "apparent_power_l3", "power_factor_l1",
        "power_factor_l2", "power_factor_l3", "voltage_thd_l1", "voltage_thd_l2", "voltage_thd_l3", "current_thd_l1", "current_thd_l2", "current_thd_l3",
        "neutral_current", "active_power", "reactive_power", "apparent_power", "power_factor", "frequency", "active_energy", "reactive_energy",
        "active_energy_interval", "reactive_energy_interval", "max_demand_power",
    ]  # fmt: skip
    weather = ["air_temperature", "relative_humidity", "dew_point", "station_pressure", "wind_speed", "wind_direction", "gust_speed", "precipitation",
               "precipitation_rate", "solar_radiation", "illuminance", "sea_level_pressure"]  # fmt: skip
    air = ["pm1", "pm25", "pm10"]
    from gateway.model.canonical import MEASUREMENTS

    names = (
        [("lighting_meter", name) for name in fields] + [("weather", name) for name in weather] + [("air_quality", name) for name in air]
    )
    assert len(names) == VALUES_A_READ
    points: list[str] = []
    groups: dict[str, list[str]] = {"lighting_meter": [], "weather": [], "air_quality": []}
    for number, (measurement, field) in enumerate(names):
        unit = MEASUREMENTS[measurement][field].unit
        groups[measurement].append(f"{field}: p{number}")
        kind, address = ("uint16", number) if number < 40 else ("float32", 40 + 2 * (number - 40))
        points.append(
            f'  - {{name: p{number}, holding: {address}, type: {kind}, scale: 0.1, unit: "{unit}", invalid: [65535], min: -1000, max: 6500}}'
        )
    measured = "".join(f"  - measurement: {name}\n    fields: {{{', '.join(members)}}}\n" for name, members in groups.items())
    return (
        "profile: w1\nvendor: bench\nmodel: W1\nkind: lighting_meter\nconfidence: low\nsources: [{ref: tests/bench/edge.py}]\n"
        "modbus: {unit: 1}\nevery: 1s\npoints:\n" + "\n".join(points) + f"\nmeasurements:\n{measured}"
    )


def site(folder: Path, port: int, broker: int, listen: int) -> str:
    lines = [
        {"id": f"l{line}", "tcp": f"127.0.0.1:{port + line}", "devices": [
            {"id": f"d{line}-{unit}", "profile": "w1", "unit": unit, "asset": f"a{line}-{unit}", "every": "1s"} for unit in range(1, UNITS + 1)]}
        for line in range(LINES)
    ]  # fmt: skip
    return json.dumps({
        "site": "bench", "operator": "o", "gateway": "g", "uplink": {"broker": f"mqtt://127.0.0.1:{broker}", "confirm": "broker", "flush": "1s", "clock_wait": "0s"},
        "journal": {"path": str(folder / "journal.sqlite")}, "listen": f"127.0.0.1:{listen}", "lines": lines,
    })  # fmt: skip


def start_edge(folder: Path, loop: str) -> Process:
    """Start the edge with the site and the profile in a folder."""
    arguments = str(folder / "site.yaml"), str(folder / "w1.yaml"), loop
    return Process("edge", folder, sys.executable, "-m", "tests.bench.edge_process", *arguments)


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process with all its threads, to the nanosecond. The clock id is computed as clock_getcpuclockid(3) does on Linux."""
    return time.clock_gettime(~pid << 3 | 2)


def metric(port: int, name: str) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        found = re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
    assert found, name
    return float(found[1])


def product(folder: Path, port: int, broker: int, seconds: float, loop: str) -> tuple[float, float, float]:
    """Run the edge; return its CPU time per value in µs, its memory in MiB, and the bytes per value on MQTT."""
    listen = free_port()
    (folder / "journal.sqlite").unlink(missing_ok=True)
    (folder / "w1.yaml").write_text(profile())
    (folder / "site.yaml").write_text(site(folder, port, broker, listen))
    edge = start_edge(folder, loop)
    edge.wait_for("connected to")
    time.sleep(3)
    read, sent, spent = metric(listen, "street_readings_total"), metric(listen, "street_bytes_sent_total"), cpu_s(edge.process.pid)
    time.sleep(seconds)
    spent = cpu_s(edge.process.pid) - spent
    # A device has three streams, of 35, 12 and 3 values.
    values = (metric(listen, "street_readings_total") - read) / 3 * VALUES_A_READ
    sent = metric(listen, "street_bytes_sent_total") - sent
    memory = edge.rss_mib
    edge.stop()
    assert values > 0.95 * seconds * LINES * UNITS * VALUES_A_READ, "the edge is too slow for this workload"
    return 1e6 * spent / values, memory, sent / values


def floor(port: int, seconds: float, loop: str) -> float:
    extra = ["--uvloop"] if loop == "uvloop" else []
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.floor", str(port), str(seconds), *extra], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def measure(rounds: int, seconds: float, loop: str) -> dict[str, float]:
    """Run floor and edge in turn; return the medians."""
    floors, products = [], []
    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.farm", str(LINES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as farm,
    ):
        folder = Path(name)
        assert farm.stdout is not None
        port = int(farm.stdout.readline())
        server, broker = mosquitto(folder)
        try:
            for round_ in range(rounds):
                floors.append(floor(port, seconds, loop))
                products.append(product(folder, port, broker, seconds, loop))
                print(f"{loop} {round_ + 1}/{rounds}: floor {floors[-1]:.3f}, edge {products[-1][0]:.3f} µs per value", file=sys.stderr)
        finally:
            server.stop()
            farm.terminate()
    ours, under = statistics.median(one[0] for one in products), statistics.median(floors)
    return {
        "us_per_point": round(ours, 3), "floor_us_per_point": round(under, 3), "ratio": round(ours / under, 2),
        "rss_mib": round(max(one[1] for one in products), 1), "bytes_per_point": round(statistics.median(one[2] for one in products), 2),
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--loop", choices=["uvloop", "asyncio"], default="uvloop")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    found = measure(asked.rounds, asked.seconds, asked.loop)
    print(json.dumps(found) if asked.json else "  ".join(f"{name} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
