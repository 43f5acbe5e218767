"""Predicted time of the read plan of every Modbus profile, compared with simpler ways to plan: `make bench-plan`.

The simpler ways: one read per point; contiguous registers joined; greedy, joining across gaps of up to 10, 40 or 124 registers. All respect the
longest read of the profile, never split a point, and read alone what must be read alone.

    python -m tests.bench.plan [--json]
"""

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import groupby

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.modbus.planning.read_cost import BusCost, character_s, rtu_cost, silence_s, tcp_cost
from gateway.fieldbus.modbus.planning.read_plan import Read, RegisterSpan, plan
from gateway.model.profile import Profile
from gateway.model.site.lines import DeviceSettings
from tests.profiles.library import LIBRARY

TRANSPORTS = {
    "9600": rtu_cost(character_s(9600), silence_s(9600, character_s(9600)), 0.01),
    "19200": rtu_cost(character_s(19200), silence_s(19200, character_s(19200)), 0.01),
    "115200": rtu_cost(character_s(115200), silence_s(115200, character_s(115200)), 0.002),
    "tcp": tcp_cost(0.005),
}
GAPS = {"contiguous": 0, "gap 10": 10, "gap 40": 40, "gap 124": 124}


def planned(profile: Profile, cost: BusCost) -> tuple[BoundDevice, list[Read]]:
    """Return a device with every point of a profile on every channel, and its plan."""
    channels = {number: f"c{number}" for number in range(profile.channels or 0)}
    device = bind(DeviceSettings(id="d", profile=profile.profile, asset="a", channels=channels), profile, {})
    slots = list(device.slots)
    read = {(slot.point.name, slot.channel) for slot in slots}
    slots += [
        slots[0]._replace(point=point, channel=channel)
        for point in profile.points
        for channel in range((profile.channels or 1) if point.stride else 1)
        if (point.name, channel) not in read
    ]
    device = device._replace(slots=tuple(slots))
    return device, plan(device, cost)


def rivals(spans: Sequence[RegisterSpan], longest: int, cost: BusCost) -> dict[str, float]:
    """Return the predicted seconds of each simpler way."""
    found = {
        "one per point": sum(cost.read_s(one.function, one.width) for one in {(s.function, s.address, s.width): s for s in spans}.values())
    }
    return found | {name: _greedy(spans, longest, gap, cost) for name, gap in GAPS.items()}


def _greedy(spans: Sequence[RegisterSpan], longest: int, most: int, cost: BusCost) -> float:
    total = 0.0
    for (function, alone), group in groupby(sorted(spans), key=lambda one: (one.function, one.alone)):
        limit = 2000 if function in (1, 2) else longest
        first = end = -1
        for one in sorted(group, key=lambda one: (one.address, -one.end)):
            joins = first >= 0 and not alone and one.address <= end + most and max(end, one.end) - first <= limit
            if first >= 0 and not joins and not (one.address >= first and one.end <= end):
                total += cost.read_s(function, end - first)
            if joins or (first >= 0 and one.address >= first and one.end <= end):
                end = max(end, one.end)
            else:
                first, end = one.address, one.end
        total += cost.read_s(function, end - first)
    return total


def table() -> list[dict[str, object]]:
    """Return one row per profile and transport: milliseconds of the plan and of each simpler way."""
    from gateway.fieldbus.modbus.planning.read_plan import span

    rows = []
    for name in LIBRARY.names:
        profile = LIBRARY.get(name)
        if profile.modbus is None:
            continue
        for transport, cost in TRANSPORTS.items():
            device, reads = planned(profile, cost)
            spans = [span(number, slot) for number, slot in enumerate(device.slots)]
            others = rivals(spans, profile.modbus.longest_read, cost)
            ours = sum(cost.read_s(read.function, read.quantity) for read in reads)
            rows.append({"profile": name, "transport": transport, "reads": len(reads), "plan": round(1000 * ours, 1),
                         **{other: round(1000 * seconds, 1) for other, seconds in others.items()},
                         "best": ours <= min(others.values()) + 1e-9})  # fmt: skip
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true")
    rows = table()
    if options.parse_args().json:
        print(json.dumps(rows))
    else:
        heads = list(rows[0])
        widths = [max(len(head), *(len(str(row[head])) for row in rows)) for head in heads]
        for cells in [heads, *([str(row[head]) for head in heads] for row in rows)]:
            print("  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))
        print(f"milliseconds; plans slower than a simpler way: {sum(not row['best'] for row in rows)} of {len(rows)}")
    sys.exit(0 if all(row["best"] for row in rows) else 1)


if __name__ == "__main__":
    main()
