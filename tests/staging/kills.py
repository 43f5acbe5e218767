"""Kills whatever changes a configuration, at every step, and looks what is left: `python -m tests.staging.kills --trials 200 [--json]`.

Most trials kill a process that stages, applies, confirms or undoes, and often the recovery after it as well. Some kill a whole gateway.
At last, a line that nobody changes is counted while everything else of its gateway changes.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.staging.killed_steps import SCENARIOS, Killed, attempt, steps_of
from tests.staging.whole_gateways import kept_ticks, killed_at

_RECOVERY_STEPS = 24
"""About as many as a recovery has: a kill behind its end is none."""

_GATEWAY_STEPS = 70
"""Steps of a gateway that stages, applies and confirms."""


def choose(steps: dict[str, int], count: int, chance: random.Random) -> list[Killed]:
    """Return so many trials, spread evenly over all steps; every second one is killed in its recovery again."""
    all_steps = [(scenario, step) for scenario, last in steps.items() for step in range(1, last + 1)]
    rounds = [*all_steps] * (count // len(all_steps))
    rounds += chance.sample(all_steps, count % len(all_steps))
    return [Killed(*one, chance.randint(1, _RECOVERY_STEPS) if number % 2 else 0) for number, one in enumerate(rounds)]


def kill_steps(count: int, seed: int, folder: Path) -> list[tuple[Killed, str]]:
    """Do trials with processes. Return those after which something was wrong."""
    steps = {scenario: steps_of(scenario, folder / f"steps-{number}") for number, scenario in enumerate(SCENARIOS)}
    trials = choose(steps, count, random.Random(seed))
    found = ((one, attempt(one, folder / f"trial-{number}")) for number, one in enumerate(trials))
    return [(one, wrong) for one, wrong in found if wrong is not None]


async def _gateways(count: int, seed: int, folder: Path) -> list[str]:
    chance = random.Random(seed)
    found = [(step, await killed_at(folder / f"gateway-{step}", step)) for step in chance.sample(range(1, _GATEWAY_STEPS + 1), count)]
    return [f"step {step}: {wrong}" for step, wrong in found if wrong is not None]


def main(arguments: Sequence[str]) -> int:
    """Run the trials and print what was found. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.staging.kills")
    parser.add_argument("--trials", type=int, default=200, help="kills of processes at a step")
    parser.add_argument("--gateways", type=int, default=6, help="kills of whole gateways")
    parser.add_argument("--changes", type=int, default=20, help="changes beside a line that goes on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wrong = [f"{one.scenario}, step {one.step}: {what}" for one, what in kill_steps(options.trials, options.seed, folder)]
        wrong += asyncio.run(_gateways(options.gateways, options.seed, folder)) if options.gateways else []
        ticks = asyncio.run(kept_ticks(folder / "ticks", options.changes)) if options.changes else None
    lost = ticks is not None and bool(ticks.missed or ticks.without_reading)
    if options.json:
        print(json.dumps({"trials": options.trials, "gateways": options.gateways, "wrong": wrong, "ticks": ticks and ticks._asdict()}))
    else:
        print(f"{options.trials} kills of processes, {options.gateways} of gateways: {len(wrong)} wrong")
        for what, times in Counter(wrong).items():
            print(f"  {times}x {what}")
        if ticks is not None:
            print(
                f"{ticks.changes} changes: of {ticks.ticks} ticks of a line that did not change, {ticks.without_reading} have no reading, {ticks.missed} missed"
            )
    return 1 if wrong or lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
