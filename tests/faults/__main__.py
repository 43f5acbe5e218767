"""Inject every fault many times into a running system, and count readings that are lost, doubled or misdated.

python -m tests.faults --all --jobs 4 --json
python -m tests.faults --fault "kill -9 of the gateway" --trials 100 --seed 7
"""

import argparse
import asyncio
import contextlib
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec

from tests.faults.catalogue import FAULTS
from tests.faults.disks import card, disk_full, read_only, small_disk
from tests.faults.rig import Fault, Outcome, as_json, running


async def run(name: str, trials: int, seed: int, *, under_faketime: bool = False) -> Outcome:
    """Inject one fault so many times into one running rig; return the outcome. The rig's files are kept if it is not good."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        found = await _run_in(folder, name, trials, seed, under_faketime=under_faketime)
    except BaseException:
        print(f"the files of '{name}' are in {folder}", file=sys.stderr)
        raise
    if found.good:
        shutil.rmtree(folder)
    else:
        print(f"the files of '{name}' are in {folder}", file=sys.stderr)
    return found


async def _run_in(folder: Path, name: str, trials: int, seed: int, *, under_faketime: bool) -> Outcome:
    fault = FAULTS[name]
    with contextlib.ExitStack() as stack:
        (folder / "journal").mkdir()
        disks: dict[Fault, Callable[[Path], contextlib.AbstractContextManager[None]]] = {disk_full: small_disk, read_only: card}
        disk = disks.get(fault)
        if disk is not None:
            stack.enter_context(disk(folder / "journal"))
        async with running(folder, seed, under_faketime=under_faketime) as rig:
            await rig.settled()
            await fault(rig, trials)
            recovery_s = await rig.settled()
            await rig.end()
            found = rig.outcome(name, trials, recovery_s)
            if not found.good:
                rig.write_served()
            return found


async def run_each(names: list[str], trials: int, seed: int, jobs: int, *, under_faketime: bool) -> AsyncIterator[Outcome | None]:
    """Run faults, each in a process of its own, so many at a time; yield outcomes as they come, None for a run that failed."""
    room = asyncio.Semaphore(jobs)

    async def one(name: str) -> Outcome | None:
        async with room:
            command = ["-m", "tests.faults", "--fault", name, "--trials", str(trials), "--seed", str(seed), "--json"]
            command += ["--faketime"] if under_faketime else []
            process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=PIPE, stderr=PIPE)
            out, said = await process.communicate()
        if not out:
            print(f"{name} did not finish:\n{said.decode()}", file=sys.stderr, flush=True)
            return None
        print(said.decode(), end="", file=sys.stderr, flush=True)
        return msgspec.json.decode(out, type=dict[str, list[Outcome]])["faults"][0]

    for done in asyncio.as_completed([one(name) for name in names]):
        yield await done


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--all", action="store_true")
    options.add_argument("--fault", choices=list(FAULTS), action="append", default=[])
    options.add_argument("--trials", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=1, help="number of faults that run at the same time")
    options.add_argument("--faketime", action="store_true", help="give the gateway its clock by libfaketime, for faults of the clock")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    names = list(FAULTS) if asked.all else asked.fault
    outcomes = []
    if len(names) == 1:
        outcomes.append(await run(names[0], asked.trials, asked.seed, under_faketime=asked.faketime))
    else:
        async for found in run_each(names, asked.trials, asked.seed, asked.jobs, under_faketime=asked.faketime):
            if found is not None:
                print(summary_of(found), file=sys.stderr, flush=True)
                outcomes.append(found)
    if asked.json:
        print(as_json(sorted(outcomes, key=lambda one: names.index(one.name))))
    elif len(names) == 1:
        print(summary_of(outcomes[0]))
    sys.exit(len(outcomes) < len(names) or not all(one.good for one in outcomes))


def summary_of(found: Outcome) -> str:
    said = f"{found.name}: {found.trials} trials, {found.readings} readings, lost {found.lost}, duplicated {found.duplicated}, "
    said += f"misdated {found.misdated}, flagged as unsynced {found.unsynced}, in recorded gaps {found.recorded_as_gap}, recovered in {found.recovery_s} s, seed {found.seed}"
    return said + (f", missing {found.missing}" if found.missing else "") + (f", excused {found.excused}" if found.excused else "")


if __name__ == "__main__":
    asyncio.run(main())
