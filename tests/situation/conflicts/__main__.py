"""Finds the conflicts of random works: `python -m tests.situation.conflicts [--works 5000] [--seed 1] [--json]`.

The exit code is 1 if a pair differs from the comparison of all pairs, or an event takes 50 ms of CPU or more.
"""

import argparse
import json
import sys

from tests.situation.conflicts.scoring import PairScore, score

MOST_MS = 50.0


def main() -> int:
    """Score, print, return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.situation.conflicts", description=__doc__)
    parser.add_argument("--works", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = score(given.works, given.seed)
    rows = {"finder": found.finder, "address and year": found.address_and_year}
    if given.json:
        scores = {name: one._asdict() | _shares(one) for name, one in rows.items()}
        print(json.dumps(found._asdict() | {"finder": scores["finder"], "address_and_year": scores["address and year"]}))
    else:
        same = "the same pairs as" if found.same_as_brute_force else "OTHER PAIRS THAN"
        print(
            f"{found.works} works, {found.pairs} pairs: {same} every pair compared; worst event {found.worst_ms:.2f} ms, median {found.median_ms:.2f} ms"
        )
        for name, one in rows.items():
            print(f"{name:17} true {one.true:6}  found {one.found:6}  precision {one.precision:.3f}  recall {one.recall:.3f}")
    return 0 if found.same_as_brute_force and found.worst_ms < MOST_MS else 1


def _shares(one: PairScore) -> dict[str, float]:
    return {"precision": round(one.precision, 4), "recall": round(one.recall, 4)}


if __name__ == "__main__":
    sys.exit(main())
