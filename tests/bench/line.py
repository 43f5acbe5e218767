"""How many values per second a serial line carries, compared with the most that it could: workload R1.

Ten meters of twenty 32-bit floats on one RTU bus. A process of its own plays the bus: a pty paced in both directions, 10 bits per character, at
most 4 bytes at a time. All values are read as often as the line allows. The ceiling is that of an owner that loses no time: each exchange takes
its characters, the turnaround of the device and one silence of 3.5 characters.

    python -m tests.bench.line [--seconds 20] [--loop asyncio|uvloop] [--only NAME] [--json]
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line_factory import build_line, costs_of
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.modbus.planning.read_plan import plan
from gateway.host.clock import now_ms
from gateway.model.profile import Measurement, Modbus, Point, Profile, Serial, Source
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.devices.bus import BusPlan, BusReport, BusUnit

VALUES = 20
WARM_S = 2.0
"""Time before the measurement begins: every meter has been read by then."""
FIELDS = [
    *(f"{name}_l{phase}" for phase in (1, 2, 3) for name in ("voltage", "current", "active_power", "reactive_power", "apparent_power")),
    "active_power", "reactive_power", "apparent_power", "power_factor", "frequency",
]  # fmt: skip
UNITS = {"voltage": "V", "current": "A", "active_power": "W", "reactive_power": "V.A{reactive}", "apparent_power": "V.A", "power_factor": "1",
         "frequency": "Hz"}  # fmt: skip


class Case(NamedTuple):
    """A case. `least` is the share to reach: of the ceiling, or of the rate of another case (`of`)."""

    name: str
    baud: int
    turnaround_s: float
    least: float
    of: str = ""
    meters: int = 10
    gap: int = 0
    dead: int = 0
    fast: int = 0
    every_s: float = 0.0
    timeout_s: float = 0.3
    seconds: float = 0.0


CASES = [
    Case("9600 contiguous", 9600, 0.01, 0.97),
    Case("9600 four groups, gaps of 10 words", 9600, 0.01, 0.96, gap=10),
    Case("19200 contiguous", 19200, 0.01, 0.96),
    Case("115200 contiguous", 115200, 0.002, 0.80),
    Case("9600, 1 of 10 dead", 9600, 0.01, 0.88, of="9600 contiguous", dead=1, seconds=60),
    Case("9600, 3 of 10 dead", 9600, 0.01, 0.86, of="9600 contiguous", dead=3, seconds=60),
    Case("9600, 3 of 20 values every second", 9600, 0.01, 0.65, of="9600 contiguous, ceiling", fast=3),
    Case("9600, 8 meters", 9600, 0.01, 0.97, meters=8),
    Case("9600, 1 of 8 dead: the others", 9600, 0.01, 0.90 * 8 / 7, of="9600, 8 meters, a meter", meters=8, dead=1, seconds=60),
    Case("9600, 5 of 8 dead, every 2 s: the others", 9600, 0.01, 0.99, of="interval", meters=8, dead=5, every_s=2.0, seconds=60),
    Case("9600, 8 meters, turnaround 0", 9600, 0.0, 0.97, meters=8),
    Case("19200, 8 meters, turnaround 0", 19200, 0.0, 0.95, meters=8),
]


class Result(NamedTuple):
    """Result of a case.

    `longest_gap_s` is the longest time without a value, `oldest_s` the greatest age of the values that have an interval (0 if none has one),
    `busy` the share of the time in which the bus was in use.
    """

    values_s: float
    ceiling_s: float
    longest_gap_s: float
    oldest_s: float
    exchange_ms: float
    predicted_ms: float
    busy: float


def profile(case: Case) -> Profile:
    """Return the profile of the meters in a case."""
    points = [
        Point(name=field, input=2 * number + case.gap * (number // 5), type="float32", unit=UNITS[field.rpartition("_l")[0] or field])
        for number, field in enumerate(FIELDS)
    ]
    always = {field: field for field in FIELDS[case.fast :]}
    measurements = [Measurement(measurement="lighting_meter", every=case.every_s, fields=always)]
    if case.fast:
        measurements.append(Measurement(measurement="lighting_meter", every=1.0, fields={field: field for field in FIELDS[: case.fast]}))
    return Profile(
        profile="r1", vendor="bench", model="R1", kind="lighting_meter", confidence="low", sources=[Source(ref="tests/bench/line.py")],
        serial=Serial(baud=case.baud), modbus=Modbus(turnaround=case.turnaround_s), points=points, measurements=measurements,
    )  # fmt: skip


def ceiling(case: Case) -> float:
    """Return the values per second of an owner that loses no time."""
    character_s = 10 / case.baud
    words = 2 * VALUES + 3 * case.gap
    exchange_s = (8 + 5 + 2 * words) * character_s + case.turnaround_s + 3.5 * character_s
    return VALUES / exchange_s


async def own(case: Case, path: str, seconds: float) -> Result:
    """Read the line for a while with the gateway's own line owner."""
    made = profile(case)
    devices = [DeviceSettings(id=f"m{n}", profile="r1", unit=n, asset=f"a{n}") for n in range(1, case.meters + 1)]
    bound = [bind(device, made, {}) for device in devices]
    line = LineSettings(id="l", serial=path, baud=case.baud, timeout=case.timeout_s, devices=devices)
    driver, terms = build_line(line, bound, LearnedStore(None), now_ms)
    cost = costs_of(line, devices=bound)["m1"]
    loop = asyncio.get_running_loop()
    values, oldest = 0, 0.0
    times: list[float] = []
    seen: defaultdict[str, float] = defaultdict(float)
    warm_s = loop.time() + WARM_S
    watched = 1 if case.fast else 0 if case.every_s else None

    def take(device: BoundDevice, readings: Sequence[Reading]) -> None:
        nonlocal values, oldest
        now_s = loop.time()
        for reading in readings:
            good = sum(value is not None for value in reading.values)
            if not good or now_s < warm_s:
                continue
            values += good
            times.append(now_s)
            if reading.stream == watched:
                if seen[device.id]:
                    oldest = max(oldest, now_s - seen[device.id])
                seen[device.id] = now_s

    owner = LineOwner("l", bound, driver, terms, take, now_ms)
    stop = asyncio.Event()
    running = asyncio.create_task(owner.run(stop))
    await asyncio.sleep(WARM_S + seconds)
    ended_s = loop.time()
    stop.set()
    await running
    gaps = [after - before for before, after in pairwise([warm_s, *times, ended_s])]
    predicted_s = sum(cost.read_s(read.function, read.quantity) for read in plan(bound[0], cost))
    tallies = [driver.counters(device.id) for device in bound[case.dead :]]
    measured_s = sum(tally.busy_s for tally in tallies) / max(1, sum(tally.answered for tally in tallies))
    return Result(values / seconds, ceiling(case), max(gaps), oldest, 1000 * measured_s, 1000 * predicted_s, 0.0)


def measure(case: Case, seconds: float, loop: str) -> Result:
    """Play the bus in another process, and read it in this one."""
    silent = ((0.0, 1e9),)
    units = [BusUnit(unit=n, silent=silent if n <= case.dead else ()) for n in range(1, case.meters + 1)]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "bus.json"
        path.write_bytes(msgspec.json.encode(BusPlan(case.baud, case.turnaround_s, units)))
        with subprocess.Popen(
            [sys.executable, "-m", "gateway.simulate.devices.bus", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as bus:
            assert bus.stdout is not None
            assert bus.stdin is not None
            work = own(case, bus.stdout.readline().strip(), seconds)
            if loop == "uvloop":
                import uvloop

                result = uvloop.run(work)
            else:
                result = asyncio.run(work)
            bus.stdin.close()
            report = msgspec.json.decode(bus.stdout.read(), type=BusReport)
            return result._replace(busy=report.busy_s / (WARM_S + seconds))


def base_of(case: Case, rates: dict[str, float]) -> float:
    """Return the rate that the rate of a case is compared with."""
    if case.of == "interval":
        return VALUES * (case.meters - case.dead) / case.every_s
    if case.of.endswith(", ceiling"):
        return ceiling(next(one for one in CASES if one.name == case.of.removesuffix(", ceiling")))
    if case.of.endswith(", a meter"):
        whole = rates.get(case.of.removesuffix(", a meter"), ceiling(case))
        return whole * (case.meters - case.dead) / case.meters
    return rates.get(case.of, ceiling(case)) if case.of else ceiling(case)


def is_met(case: Case, result: Result, share: float) -> bool:
    """Return whether a case reached its share and kept its intervals."""
    good = share >= case.least and (not case.dead or bool(case.every_s) or result.longest_gap_s < 1)
    if case.fast:
        good = good and result.oldest_s <= 1.2
    elif case.every_s:
        # A probe may be in progress at a tick.
        good = good and result.oldest_s <= case.every_s + 1.5 * case.timeout_s + 0.2
    if not case.dead and not case.fast and case.baud <= 19200:
        good = good and abs(result.exchange_ms / result.predicted_ms - 1) <= 0.05
    if case.turnaround_s == 0:
        good = good and result.busy >= 0.95
    return good


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--loop", choices=["asyncio", "uvloop"], default="asyncio")
    options.add_argument("--only", default="")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    rates: dict[str, float] = {}
    found, good = [], True
    for case in (case for case in CASES if asked.only in case.name):
        result = measure(case, max(asked.seconds, case.seconds), asked.loop)
        rates[case.name] = result.values_s
        base = base_of(case, rates)
        share = result.values_s / base
        met = is_met(case, result, share)
        good = good and met
        figures = {key: round(value, 3) for key, value in result._asdict().items()}
        found.append(
            {"case": case.name, **figures, "base": round(base, 1), "share": round(share, 3), "least": round(case.least, 3), "met": met}
        )
        if not asked.json:
            print(
                f"{case.name:42} {result.values_s:7.1f} of {base:7.1f} values/s {100 * share:6.1f} % (at least {100 * case.least:.0f} %)"
                f"  exchange {result.exchange_ms:.1f} ms, predicted {result.predicted_ms:.1f}  busy {100 * result.busy:.1f} %"
                f"  longest without a value {result.longest_gap_s:.2f} s" + (f"  oldest {result.oldest_s:.2f} s" if result.oldest_s else "")
                + ("" if met else "  NOT MET"),
                flush=True,
            )  # fmt: skip
    if asked.json:
        print(json.dumps({"loop": asked.loop, "cases": found}))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
