"""Holds the analytics against simulated nights: `python -m tests.analytics [--panels 8] [--nights 100] [--seed 1] [--json]`.

The exit code is 1 if precision or recall of a kind is below 0.95.
"""

import argparse
import json
import sys

from tests.analytics.scoring import scores

LEAST = 0.95


def main() -> int:
    """Score, print, return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.analytics", description=__doc__)
    parser.add_argument("--panels", type=int, default=8)
    parser.add_argument("--nights", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = scores(given.panels, given.nights, given.seed)
    if given.json:
        print(
            json.dumps(
                {
                    kind: {**one._asdict(), "precision": round(one.precision, 4), "recall": round(one.recall, 4)}
                    for kind, one in found.items()
                }
            )
        )
    else:
        for kind, one in found.items():
            print(f"{kind:16} true {one.true:3}  found {one.found:3}  precision {one.precision:.3f}  recall {one.recall:.3f}")
    return 0 if all(one.precision >= LEAST and one.recall >= LEAST for one in found.values()) else 1


sys.exit(main())
