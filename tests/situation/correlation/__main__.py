"""Finds the causes of outages in a simulated town: `python -m tests.situation.correlation [--days 2000] [--seed 1] [--json]`.

The exit code is 1 if precision or recall is below 0.95.
"""

import argparse
import json
import sys

from tests.situation.correlation.scoring import CauseScore, score

LEAST = 0.95


def main() -> int:
    """Score, print, return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.situation.correlation", description=__doc__)
    parser.add_argument("--days", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = score(given.days, given.seed)
    rows = {"rules": found.rules, "nearest works": found.nearest}
    if given.json:
        print(json.dumps(found._asdict() | {"rules": _row(found.rules), "nearest": _row(found.nearest)}))
    else:
        print(
            f"{found.days} days: {found.panels} dark panels by {found.faults} faults are {found.events} events; {found.split} faults are several, {found.merged} events are of several"
        )
        for name, one in rows.items():
            print(f"{name:14} caused {one.true:5}  named {one.named:5}  precision {one.precision:.3f}  recall {one.recall:.3f}")
    return 0 if min(found.rules.precision, found.rules.recall) >= LEAST else 1


def _row(one: CauseScore) -> dict[str, float]:
    return one._asdict() | {"precision": round(one.precision, 4), "recall": round(one.recall, 4)}


if __name__ == "__main__":
    sys.exit(main())
