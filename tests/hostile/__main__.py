"""Attack running systems with the rights of one gateway, one device, one visitor or one file, and see whether others are harmed.

python -m tests.hostile --all --json
python -m tests.hostile --attack "hostile names" --seed 7 --seconds 20
"""

import argparse
import sys

import msgspec

from tests.hostile.catalogue import attacks
from tests.hostile.outcome import Outcome


def main() -> None:
    known = attacks()
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--all", action="store_true")
    options.add_argument("--attack", choices=list(known), action="append", default=[])
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=10.0, help="duration of each attack")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    outcomes: list[Outcome] = []
    for name in list(known) if asked.all else asked.attack:
        try:
            found = known[name](asked.seed, asked.seconds)
        except Exception as error:  # noqa: BLE001 — one attack that fails does not end the others
            found = Outcome(
                name, held=False, victim_delay_s=0, peak_mib=0, restarts=0, lost=0, seed=asked.seed, wrong=[f"did not run: {error}"[-1500:]]
            )
        outcomes.append(found)
        print(summary_of(found), file=sys.stderr, flush=True)
    if asked.json:
        print(msgspec.json.encode({"attacks": outcomes}).decode())
    sys.exit(not all(one.held for one in outcomes))


def summary_of(found: Outcome) -> str:
    verdict = "held" if found.held else f"NOT HELD: {'; '.join(found.wrong)}"
    return f"{found.name}: delay {found.victim_delay_s:.1f} s, peak {found.peak_mib:.0f} MiB, {found.restarts} restarts, lost {found.lost}: {verdict}"


if __name__ == "__main__":
    main()
