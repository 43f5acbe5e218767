"""Rolls a firmware out to simulated devices of real gateways' services: `python -m tests.firmware.rollout [--small] [--only NAME] [--json]`.

Three trials: a firmware that is bad for 5 % of 200 devices, three devices that are dead, and a centre that is killed four times. The exit
code is 1 if one is not as it must be.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.firmware.rollout.trials import Size, TrialResult, bad_canaries, dead_devices, killed_centre

TRIALS: dict[str, Callable[[Size], Coroutine[Any, Any, TrialResult]]] = {"bad": bad_canaries, "dead": dead_devices, "killed": killed_centre}
SMALL = Size(2, 2, 5)


def main() -> int:
    """Run the trials, print, return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.firmware.rollout", description=__doc__)
    parser.add_argument("--small", action="store_true", help="20 devices instead of 200")
    parser.add_argument("--only", choices=list(TRIALS))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    size = SMALL if given.small else Size()
    results = []
    for name, trial in TRIALS.items():
        if given.only in (None, name):
            one = asyncio.run(trial(size))
            results.append(one)
            if not given.json:
                print(f"{one.name}: {one.devices} devices, {one.seconds:g} s: {one.state}, wave {one.wave}, {one.stages}")
                print(
                    f"  {one.flashed} flashed, {one.flashed_twice} twice, at once {one.most_at_once}, on a line {one.most_on_a_line}; {one.why}"
                )
                print("".join(f"  FAULT: {fault}\n" for fault in one.faults), end="")
    if given.json:
        print(json.dumps([one._asdict() for one in results]))
    return 1 if any(one.faults for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
