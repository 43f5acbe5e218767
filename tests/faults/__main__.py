"""Break everything, and count what is lost.

python -m tests.faults --all --json
python -m tests.faults --fault "kill -9 of the gateway" --trials 100 --seed 7
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from tests.faults.faults import FAULTS, disk_full, small_disk
from tests.faults.rig import Outcome, as_json, running


async def run(name: str, trials: int, seed: int) -> Outcome:
    """Inject one fault so many times into one running rig; give what it came to."""
    fault = FAULTS[name]
    with tempfile.TemporaryDirectory() as folder_name, contextlib.ExitStack() as stack:
        folder = Path(folder_name)
        (folder / "journal").mkdir()
        if fault is disk_full:
            stack.enter_context(small_disk(folder / "journal"))
        async with running(folder, seed) as rig:
            await rig.settled()
            await fault(rig, trials)
            recovery_s = await rig.settled()
            await rig.end()
            return rig.outcome(name, trials, recovery_s)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--all", action="store_true")
    options.add_argument("--fault", choices=list(FAULTS), action="append", default=[])
    options.add_argument("--trials", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    outcomes = []
    for name in FAULTS if asked.all else asked.fault:
        found = asyncio.run(run(name, asked.trials, asked.seed))
        outcomes.append(found)
        said = f"{name}: {found.trials} trials, {found.readings} readings, lost {found.lost}, duplicated {found.duplicated}, "
        said += f"misdated {found.misdated}, in recorded gaps {found.recorded_as_gap}, recovered in {found.recovery_s} s, seed {found.seed}"
        print(said + (f", missing {found.missing}" if found.missing else ""), file=sys.stderr, flush=True)
    if asked.json:
        print(as_json(outcomes))
    sys.exit(any(one.lost or one.duplicated or one.misdated for one in outcomes))


if __name__ == "__main__":
    main()
