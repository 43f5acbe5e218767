"""What the other units of a Modbus TCP line lose while one of four is silent.

Four units are read every second, with a time-out of one second unless a line says another, by the gateway's own line owner over a real socket. Lines run side by side:

- `independent`: each unit answers by itself, as in a controller or a server that takes several requests at once. A silent unit costs the others
  nothing, whenever it falls silent: the bound is on the gateway alone.
- `bridge`: one request at a time is forwarded to a serial line, and a silent unit keeps it busy for the bridge's own time-out of one second; with
  `says so`, the bridge then responds with exception 11. Nothing that the gateway does makes the bridge free earlier. Probes begin where the time
  until the next due read is the longest, so they fit into an interval. But the first request that a unit does not answer finds others waiting
  behind it: when a unit falls silent, a gap of the others may be as long as an interval and the bridge's time-out, once.

A reading of another unit counts if it has its values. The longest gap is that between two such readings of one unit.

    python -m tests.bench.silent [--seconds 120] [--json]
"""

import argparse
import asyncio
import json
import sys
from itertools import pairwise
from typing import NamedTuple

from tests.fieldbus.line.tcp_units import TcpUnits, owned, profile

UNITS, SILENT = 4, 2
EVERY_S, TIMEOUT_S, BRIDGE_S = 1.0, 1.0, 1.0
_LEAST, _LONGEST = 0.99, 1.5
_SLACK_S = 0.3
"""For the reads themselves, and for a busy machine."""


class Case(NamedTuple):
    """A line, its time-out, from and until when its unit is silent, as parts of the whole, and the longest gap allowed, in intervals."""

    name: str
    bridge: bool = False
    says_so: bool = False
    timeout_s: float = TIMEOUT_S
    falls: float = 0.0
    returns: float = 1.0
    longest: float = _LONGEST


CASES = [
    Case("independent, silent from the start"),
    Case("independent, falls silent and returns", falls=0.2, returns=0.6),
    Case("independent, time-out 2.5 s", timeout_s=2.5, falls=0.2, returns=0.6),
    Case("bridge, silent from the start", bridge=True),
    Case("bridge says so, silent from the start", bridge=True, says_so=True),
    Case("bridge, falls silent and returns", bridge=True, falls=0.2, returns=0.6, longest=(EVERY_S + BRIDGE_S + _SLACK_S) / EVERY_S),
]


class Result(NamedTuple):
    """Result of a case.

    `share` is that of the others' due readings that came, `longest_gap` is in intervals, `probes` counts requests to the unit while it was silent,
    and `back_s` is how long it took until the unit was read again after it had returned, 0 if it did not return.
    """

    share: float
    longest_gap: float
    probes: int
    back_s: float


async def measure(case: Case, seconds: float) -> Result:
    """Read a line for a while."""
    loop = asyncio.get_running_loop()
    server = TcpUnits(busy_s=BRIDGE_S if case.bridge else None, says_so=case.says_so)
    async with owned(server, UNITS, profile(every_s=EVERY_S), case.timeout_s) as line:
        began_s = loop.time()
        await asyncio.sleep(case.falls * seconds)
        server.silent.add(SILENT)
        before = server.requests.count(SILENT)
        await asyncio.sleep((case.returns - case.falls) * seconds)
        probes, returned_s = server.requests.count(SILENT) - before, loop.time()
        server.silent.clear()
        await asyncio.sleep((1 - case.returns) * seconds)
        ended_s = loop.time()
    others = [[at_s for at_s in line.taken_s[f"u{unit}"] if at_s <= ended_s] for unit in range(1, UNITS + 1) if unit != SILENT]
    due = len(others) * seconds / EVERY_S
    longest_s = max(after - before for one in others for before, after in pairwise([began_s + EVERY_S, *one, ended_s]))
    back = [at_s for at_s in line.taken_s[f"u{SILENT}"] if at_s > returned_s]
    return Result(sum(map(len, others)) / due, longest_s / EVERY_S, probes, back[0] - returned_s if back and case.returns < 1 else 0.0)


async def run(seconds: float) -> list[dict[str, object]]:
    """Run all cases side by side."""
    results = await asyncio.gather(*(measure(case, seconds) for case in CASES))
    return [
        {
            "case": case.name, "share": round(result.share, 4), "longest_gap": round(result.longest_gap, 2), "allowed_gap": round(case.longest, 2),
            "probes": result.probes, "back_s": round(result.back_s, 1), "met": result.share >= _LEAST and result.longest_gap <= case.longest,
        }
        for case, result in zip(CASES, results, strict=True)
    ]  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    found = asyncio.run(run(asked.seconds))
    if asked.json:
        print(json.dumps({"cases": found}))
    else:
        for one in found:
            print(
                f"{one['case']:40} others {100 * float(str(one['share'])):6.2f} %  longest gap {one['longest_gap']} of {one['allowed_gap']} intervals"
                f"  {one['probes']} probes  back after {one['back_s']} s" + ("" if one["met"] else "  NOT MET")
            )
    sys.exit(0 if all(one["met"] for one in found) else 1)


if __name__ == "__main__":
    main()
