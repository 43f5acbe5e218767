"""What a line carries, beside what it could carry at most: workload R1.

Ten meters of twenty 32-bit floats on one RTU bus: a pty paced in both directions, 10 bits a character, at most 4 bytes at once, played by a
process of its own. Everything is asked as often as the line allows. The ceiling is that of an owner that loses no time: for every
exchange its characters, the turnaround and one silence of 3.5 characters.

    python -m tests.bench.line [--seconds 20] [--loop asyncio|uvloop] [--only NAME] [--json]
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.fieldbus.binding import bind
from gateway.fieldbus.build import build_line
from gateway.fieldbus.learned import LearnedStore
from gateway.fieldbus.line import LineOwner
from gateway.host.clock import now_ms
from gateway.model.profile import Measurement, Modbus, Point, Profile, Serial, Source
from gateway.model.site import Device, Line
from gateway.simulate.bus import BusPlan, BusUnit

METERS, VALUES = 10, 20
FIELDS = [
    *(f"{name}_l{phase}" for phase in (1, 2, 3) for name in ("voltage", "current", "active_power", "reactive_power", "apparent_power")),
    "active_power", "reactive_power", "apparent_power", "power_factor", "frequency",
]  # fmt: skip
UNITS = {"voltage": "V", "current": "A", "active_power": "W", "reactive_power": "V.A{reactive}", "apparent_power": "V.A", "power_factor": "1",
         "frequency": "Hz"}  # fmt: skip


class Case(NamedTuple):
    """One case of R1; `least` is the share of the ceiling that is wanted (of the undisturbed rate, where some are dead)."""

    name: str
    baud: int
    turnaround_s: float
    least: float
    gap: int = 0
    dead: int = 0
    fast: int = 0
    timeout_s: float = 0.3


CASES = [
    Case("9600 contiguous", 9600, 0.01, 0.97),
    Case("9600 four groups, gaps of 10 words", 9600, 0.01, 0.96, gap=10),
    Case("19200 contiguous", 19200, 0.01, 0.96),
    Case("115200 contiguous", 115200, 0.002, 0.80),
    Case("9600, 1 of 10 dead", 9600, 0.01, 0.88, dead=1),
    Case("9600, 3 of 10 dead", 9600, 0.01, 0.86, dead=3),
    Case("9600, 3 of 20 values every second", 9600, 0.01, 0.65, fast=3),
]


class Result(NamedTuple):
    """What a case came to: values a second, the ceiling, the longest time without any value, the greatest age of the values that are
    wanted every second (0 where there are none)."""

    values_s: float
    ceiling_s: float
    longest_gap_s: float
    oldest_s: float


def profile(case: Case) -> Profile:
    """Describe the meter of a case."""
    points = [
        Point(name=field, input=2 * number + case.gap * (number // 5), type="float32", unit=UNITS[field.rpartition("_l")[0] or field])
        for number, field in enumerate(FIELDS)
    ]
    always = {field: field for field in FIELDS[case.fast :]}
    measurements = [Measurement(measurement="lighting_meter", every=0.0, fields=always)]
    if case.fast:
        measurements.append(Measurement(measurement="lighting_meter", every=1.0, fields={field: field for field in FIELDS[: case.fast]}))
    return Profile(
        profile="r1", vendor="bench", model="R1", kind="lighting_meter", confidence="low", sources=[Source(ref="tests/bench/line.py")],
        serial=Serial(baud=case.baud), modbus=Modbus(turnaround=case.turnaround_s), points=points, measurements=measurements,
    )  # fmt: skip


def ceiling(case: Case) -> float:
    """Give the values a second of an owner that loses no time."""
    character_s = 10 / case.baud
    words = 2 * VALUES + 3 * case.gap
    exchange_s = (8 + 5 + 2 * words) * character_s + case.turnaround_s + 3.5 * character_s
    return VALUES / exchange_s


async def own(case: Case, path: str, seconds: float) -> Result:
    """Own the line for a while."""
    made = profile(case)
    devices = [Device(id=f"m{n}", profile="r1", unit=n, asset=f"a{n}") for n in range(1, METERS + 1)]
    bound = [bind(device, made, {}) for device in devices]
    line = Line(id="l", serial=path, baud=case.baud, timeout=case.timeout_s, devices=devices)
    driver, terms = build_line(line, bound, LearnedStore(None), now_ms)
    loop = asyncio.get_running_loop()
    values, times, seen, oldest = 0, [], defaultdict(float), 0.0
    warm_s = loop.time() + 2.0

    def take(device, readings):
        nonlocal values, oldest
        now_s = loop.time()
        for stream, _, found, _ in readings:
            good = sum(value is not None for value in found)
            if not good or now_s < warm_s:
                continue
            values += good
            times.append(now_s)
            if case.fast and stream == 1:
                if seen[device.id]:
                    oldest = max(oldest, now_s - seen[device.id])
                seen[device.id] = now_s

    owner = LineOwner("l", bound, driver, terms, take, now_ms)
    stop = asyncio.Event()
    running = asyncio.create_task(owner.run(stop))
    await asyncio.sleep(2.0 + seconds)
    ended_s = loop.time()
    stop.set()
    await running
    gaps = [after - before for before, after in zip([warm_s, *times], [*times, ended_s], strict=True)]
    return Result(values / seconds, ceiling(case), max(gaps), oldest)


def measure(case: Case, seconds: float, loop: str) -> Result:
    """Play the bus in a process of its own, and own it in this one."""
    dead = ((0.0, 1e9),)
    units = [BusUnit(unit=n, dead=dead if n <= case.dead else ()) for n in range(1, METERS + 1)]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "bus.json"
        path.write_bytes(msgspec.json.encode(BusPlan(case.baud, case.turnaround_s, units)))
        with subprocess.Popen(
            [sys.executable, "-m", "gateway.simulate.bus", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as bus:
            assert bus.stdout is not None
            assert bus.stdin is not None
            try:
                pty = bus.stdout.readline().strip()
                work = own(case, pty, seconds)
                if loop == "uvloop":
                    import uvloop

                    return uvloop.run(work)
                return asyncio.run(work)
            finally:
                bus.stdin.close()
                bus.stdout.read()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--loop", choices=["asyncio", "uvloop"], default="asyncio")
    options.add_argument("--only", default="")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    cases = [case for case in CASES if asked.only in case.name]
    found, undisturbed, good = [], 0.0, True
    for case in cases:
        seconds = max(asked.seconds, 60.0) if case.dead else asked.seconds
        result = measure(case, seconds, asked.loop)
        if case.name == "9600 contiguous":
            undisturbed = result.values_s
        base = (undisturbed or ceiling(CASES[0])) if case.dead else ceiling(CASES[0]) if case.fast else result.ceiling_s
        share = result.values_s / base
        met = share >= case.least and (not case.dead or result.longest_gap_s < 1) and result.oldest_s <= 1.2
        good = good and met
        found.append({"case": case.name, **{key: round(value, 3) for key, value in result._asdict().items()}, "share": round(share, 3),
                      "least": case.least, "met": met})  # fmt: skip
        if not asked.json:
            print(
                f"{case.name:36} {result.values_s:7.1f} values/s of {base:7.1f}  {100 * share:5.1f} % (wanted {100 * case.least:.0f} %)"
                f"  longest without a value {result.longest_gap_s:.2f} s" + (f"  oldest {result.oldest_s:.2f} s" if case.fast else ""),
                flush=True,
            )
    if asked.json:
        print(json.dumps({"loop": asked.loop, "cases": found}))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    began = time.monotonic()
    main()
