"""Kills of the process that updates a device, and power cuts of the device: it always has a way back, and gets no wrong image.

`python -m tests.firmware_tools.flash.kills [--trials 500] [--seed N] [--jobs 8] [--json]`

A trial updates a simulated device and kills the process (SIGKILL): before or after a call of the driver, or before or after the storing of
the state, at every place in turn, and at random times; in a third of them, the device loses its power as well. Then the update is asked
for again, and may be killed again, until it has succeeded. After each kill, a device without a whole firmware must answer in its bootloader and be
on record; in the end, it must run the new firmware, byte for byte. In every tenth trial the image is for another model: it must be refused,
and the device left as it was.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from firmware_tools.flash.audit import AuditFile
from firmware_tools.flash.record_files import UpdateFiles
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.bootloaders.bus import serving
from gateway.simulate.bootloaders.unit import Mode, UnitFaults, UpdatableUnit
from tests.firmware_tools.flash import killed_process
from tests.firmware_tools.flash.killed_process import AGAIN, DONE, REFUSED, FlashJob, KillPlace
from tests.firmware_tools.flash.updating_lines import CASES, DEVICE, NEW, UNIT, DriverCase, payload

BAUD = 115200
PAYLOAD_BYTES = 1200
_PLACES = tuple(KillPlace(what, number) for number in range(18) for what in ("before call", "after call", "before store", "after store"))
_RUNS_MOST, _KILLED_RUNS = 8, 4
_SETTLED_S = 3.0
"""Longer than any simulated device starts."""


class Trial(NamedTuple):
    """One trial: its driver, where it is killed at first (None: at a random time), and what else goes wrong."""

    number: int
    case: DriverCase
    place: KillPlace | None
    power_cuts: frozenset[int]
    wrong_image: bool
    seed: int


class TrialResult(NamedTuple):
    """How a trial ended: the kills, the attempts that ended by themselves before the last one, and what went wrong, if anything did."""

    trial: Trial
    kills: int
    asked_again: Counter[str]
    problem: str


def planned_trials(count: int, seed: int) -> list[Trial]:
    """Return trials that go through every place of every driver, and then through random times."""
    chosen, trials = random.Random(seed), list[Trial]()
    for number in range(count):
        case = CASES[number % len(CASES)]
        place = number // len(CASES)
        cuts = frozenset({chosen.randrange(1, 12)}) if number % 3 == 2 else frozenset[int]()
        trials.append(Trial(number, case, _PLACES[place] if place < len(_PLACES) else None, cuts, number % 10 == 9, chosen.getrandbits(32)))
    return trials


def _fast(unit: UpdatableUnit) -> UpdatableUnit:
    """Make a device quick, so that many trials take minutes."""
    for name, value in (
        ("restart_s", 0.02),
        ("erase_s", 0.05),
        ("block_s", 0.001),
        ("record_s", 0.001),
        ("write_s", 0.002),
        ("chunk_s", 0.002),
        ("power_on_s", 0.5),
    ):
        if hasattr(unit, name):
            setattr(unit, name, value)
    return unit


async def _ended(process: BaseProcess, within_s: float | None) -> int:
    """Wait for a process, and kill it at a time; return its exit code."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    try:
        async with asyncio.timeout(within_s):
            await ended.wait()
    except TimeoutError:
        process.kill()
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)
    process.join()
    return process.exitcode if process.exitcode is not None else -1


async def run_trial(context: ForkServerContext, trial: Trial) -> TrialResult:
    """Do one trial."""
    with tempfile.TemporaryDirectory() as name:
        folder, chosen = Path(name), random.Random(trial.seed)
        unit = _fast(trial.case.unit_at(BAUD, UnitFaults(power_cuts=trial.power_cuts, off_s=0.3)))
        image = trial.case.firmware(PAYLOAD_BYTES, trial.seed)
        profile = trial.case.profile(folder)
        async with serving([unit], baud=BAUD) as bus:
            await asyncio.sleep(0.1)
            before = unit.application
            settings = DeviceSettings(id=DEVICE, profile="updated", unit=UNIT, asset="a", every=60.0)
            line = LineSettings(
                id="street", serial=bus.address, baud=BAUD, parity="N", data_bits=8, stop_bits=1, timeout=0.5, devices=[settings]
            )
            release = trial.case.release(profile.firmware.driver if profile.firmware is not None else "")
            if trial.wrong_image:
                release = release.__class__(vendor="Simulated", model="other", version=NEW, driver=release.driver)
            job = FlashJob(profile, line, settings, image, release, name, trial.place)
            kills, code, asked_again = 0, AGAIN, Counter[str]()
            for run in range(_RUNS_MOST):
                by_time = run < _KILLED_RUNS and job.kill is None and (run == 0 or chosen.random() < 0.3)
                process = context.Process(target=killed_process.run, args=(job,))
                process.start()
                code = await _ended(process, chosen.uniform(0.05, 3.0) if by_time else None)
                if code == DONE or (code == REFUSED and trial.wrong_image):
                    break
                if code == -signal.SIGKILL:
                    kills += 1
                else:
                    asked_again[AuditFile(folder).last(1)[0].result] += 1
                problem = await _way_back(unit, folder)
                if problem:
                    return TrialResult(trial, kills, asked_again, problem + _reasons(folder))
                again = KillPlace(chosen.choice(("before call", "after call")), chosen.randrange(15))
                job = job._replace(kill=again if run + 1 < _KILLED_RUNS and chosen.random() < 0.3 else None)
            problem = _end_problem(trial, unit, before, code)
            if problem:
                problem += _reasons(folder)
            return TrialResult(trial, kills, asked_again, problem)


def _reasons(folder: Path) -> str:
    """Return why the attempts of a trial ended as they did."""
    return "".join(f"; {entry.result}: {entry.reason.en}" for entry in AuditFile(folder).last(9) if entry.reason is not None)


async def _way_back(unit: UpdatableUnit, folder: Path) -> str:
    """Return what is wrong after a kill: a device without a whole firmware must be in its bootloader, and on record."""
    until_s = time.monotonic() + _SETTLED_S
    while unit.busy and time.monotonic() < until_s:
        await asyncio.sleep(0.05)
    if unit.busy:
        return "the device does not start"
    touched = [record.device for record in UpdateFiles(folder).unfinished()]
    if unit.mode is Mode.BOOTLOADER and DEVICE not in touched:
        return "the device is in its bootloader, and no record says so"
    return "" if unit.application is not None or unit.mode is Mode.BOOTLOADER else "the device has no firmware, and no bootloader runs"


def _end_problem(trial: Trial, unit: UpdatableUnit, before: object, code: int) -> str:
    """Return what is wrong in the end."""
    if trial.wrong_image:
        if code != REFUSED:
            return f"an image for another model was not refused (exit code {code})"
        return "" if unit.application == before else "an image for another model has changed the device"
    if code != DONE:
        return f"the update did not succeed (exit code {code})"
    if unit.application is None or unit.application.version != NEW:
        return "the device does not run the new version"
    return "" if unit.application.content == payload(PAYLOAD_BYTES, trial.seed) else "the device has another content"


async def run_all(trials: list[Trial], jobs: int) -> list[TrialResult]:
    """Do trials, some at a time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([killed_process.__name__])
    turn = asyncio.Semaphore(jobs)

    async def one(trial: Trial) -> TrialResult:
        async with turn:
            return await run_trial(context, trial)

    return await asyncio.gather(*(one(trial) for trial in trials))


def summary(results: list[TrialResult]) -> dict[str, object]:
    """Return the trials of each driver, the kills, and every problem."""
    drivers = Counter(result.trial.case.name for result in results)
    return {
        "trials": len(results),
        "drivers": dict(sorted(drivers.items())),
        "kills": sum(result.kills for result in results),
        "at_places": sum(result.trial.place is not None for result in results),
        "power_cuts": sum(bool(result.trial.power_cuts) for result in results),
        "asked_again": dict(sum((result.asked_again for result in results), Counter[str]())),
        "wrong_images": sum(result.trial.wrong_image for result in results),
        "problems": [
            {"trial": one.trial.number, "driver": one.trial.case.name, "place": one.trial.place, "problem": one.problem}
            for one in results if one.problem
        ],
    }  # fmt: skip


def main() -> None:
    """Do trials and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", type=int, help="the number of one trial")
    parser.add_argument("--driver", choices=[case.name for case in CASES])
    chosen = parser.parse_args()
    trials = planned_trials(chosen.trials, chosen.seed)
    began_s = time.monotonic()
    wanted = [one for one in trials if chosen.only in (None, one.number) and chosen.driver in (None, one.case.name)]
    results = asyncio.run(run_all(wanted, chosen.jobs))
    found = summary(results) | {"seconds": round(time.monotonic() - began_s)}
    if chosen.json:
        print(json.dumps(found, indent=1))
    else:
        print("\n".join(f"{name}: {value}" for name, value in found.items()))
    sys.exit(1 if found["problems"] else 0)


if __name__ == "__main__":
    main()
