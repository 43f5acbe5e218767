"""Roll-outs to simulated devices: one whose canaries are bad, one with dead devices, and one whose centre is killed."""

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.firmware.rollout.fleet import MODEL, NEW, MeterFleet
from tests.firmware.rollout.place import CentrePlace

_LONGEST_S = 1500.0
PER_SITE = 20
TERMS = (
    "--window",
    "00:00-00:00",
    "--settle",
    "30s",
    "--watch",
    "40s",
    "--per-site",
    str(PER_SITE),
    "--deadline",
    "20min",
)
"""Minutes instead of nights: only the times differ from a real roll-out. A busy machine may be half a minute late."""


class Size(NamedTuple):
    """How many gateways, lines of each, and meters of each line."""

    gateways: int = 10
    lines: int = 4
    meters: int = 5

    @property
    def devices(self) -> int:
        return self.gateways * self.lines * self.meters


class TrialResult(NamedTuple):
    """What a trial showed; `faults` are sentences, none if it is as it must be."""

    name: str
    devices: int
    seconds: float
    state: str
    wave: int
    stages: dict[str, int]
    flashed: int
    flashed_twice: int
    most_at_once: int
    most_on_a_line: int
    why: str
    faults: list[str]


class Trial:
    """A centre and a fleet in a folder of their own, until the trial is over."""

    def __init__(self, folder: Path, size: Size, flash_s: float) -> None:
        self.place = CentrePlace(folder)
        (folder / "edge").mkdir()
        self.fleet = MeterFleet(self.place.url, folder / "edge", *size, flash_s=flash_s)

    async def until_over(self, rollout: str) -> Any:
        """Return how a roll-out ended, or where it stopped."""
        until_s, status = time.monotonic() + _LONGEST_S, None
        while time.monotonic() < until_s:
            status = await self.place.status(rollout)
            if "ended" in status or status["state"] == "stopped":
                return status
            await asyncio.sleep(1)
        raise AssertionError(f"the roll-out did not end: {status}")


async def bad_canaries(size: Size, flash_s: float = 1.0) -> TrialResult:
    """5 % of the devices have a hardware revision that the firmware makes ill: it must stop at the canaries."""
    async with _trial("bad canaries", size, flash_s) as (trial, found):
        bad = trial.fleet.make_bad(0.05)
        rollout = await _begin(trial)
        status = await trial.until_over(rollout)
        ill = [name for name in bad if trial.fleet.meters[name].version == NEW]
        found(status, [
            *([] if status["state"] == "stopped" and status["wave"] == 0 else ["it did not stop at the canaries"]),
            *(f"{name}: a device that was no canary was updated" for name in _updated(trial) if name not in _canaries(status)),
            *([] if ill else ["no ill device was found"]),
            *(f"{name} failed, though it works" for name in _failed(status) if name not in ill),
        ])  # fmt: skip
    return found.result


async def dead_devices(size: Size, dead: int = 3, flash_s: float = 1.0) -> TrialResult:
    """Devices that never answer, after they were asked what they are: they are given up, and all others are updated."""
    async with _trial("dead devices", size, flash_s) as (trial, found):
        chance = random.Random(3)
        names = chance.sample(list(trial.fleet.meters), dead)
        await _asked(trial)
        for name in names:
            trial.fleet.meters[name].dead = True
        rollout = await _begin(trial, "--patience", "90s")
        status = await trial.until_over(rollout)
        listed = [one["device"] for one in status["of_devices"] if one["stage"] == "unreached"]
        found(status, [
            *([] if status["state"] == "finished" else [f"it is {status['state']}: {status.get('why')}"]),
            *([] if sorted(listed) == sorted(names) else [f"given up: {listed}, dead: {names}"]),
            *([] if all(one.get("why") for one in status["of_devices"] if one["stage"] == "unreached") else ["no reason is given"]),
            *([] if len(_updated(trial)) == size.devices - dead else [f"only {len(_updated(trial))} are updated"]),
        ])  # fmt: skip
    return found.result


async def killed_centre(size: Size, kills: int = 4, flash_s: float = 1.0, terms: Sequence[str] = ()) -> TrialResult:
    """A centre that is killed again and again while it rolls out goes on where it was; no device is flashed twice."""
    async with _trial("killed centre", size, flash_s) as (trial, found):
        rollout = await _begin(trial, *terms)
        chance = random.Random(7)
        left = sorted(chance.uniform(0.02, 0.9) for _ in range(kills))

        async def kill() -> None:
            """Kill the centre when so many devices are updated, and others are being updated."""
            while left:
                if len(_updated(trial)) >= left[0] * size.devices and trial.fleet.counts.now.total():
                    del left[0]
                    trial.place.kill()
                    trial.place.start()
                await asyncio.sleep(0.1)

        killing = asyncio.create_task(kill())
        status = await trial.until_over(rollout)
        killing.cancel()
        found(status, [
            *([] if status["state"] == "finished" else [f"it is {status['state']}: {status.get('why')}"]),
            *([] if status["stages"] == {"healthy": size.devices} else [f"not all are healthy: {status['stages']}"]),
            *([f"{len(left)} kills did not happen"] if left else []),
        ])  # fmt: skip
    return found.result


class _Found:
    """Notes what a trial showed."""

    def __init__(self, name: str, size: Size, trial: Trial) -> None:
        self._name, self._size, self._trial, self._begun_s = name, size, trial, time.monotonic()
        self.result: TrialResult

    def __call__(self, status: Any, faults: list[str]) -> None:
        counts = self._trial.fleet.counts
        twice = sum(times > 1 for times in counts.begun.values())
        if counts.most > PER_SITE or counts.most_on_a_line > 1:
            faults.append(f"{counts.most} at once, {counts.most_on_a_line} on a line")
        if twice:
            faults.append(f"{twice} devices were flashed twice")
        self.result = TrialResult(
            self._name, self._size.devices, round(time.monotonic() - self._begun_s, 1), status["state"], status["wave"], status["stages"],
            len(counts.begun), twice, counts.most, counts.most_on_a_line, (status.get("why") or {}).get("en", ""), faults,
        )  # fmt: skip


class _trial:  # noqa: N801 — a context manager
    """A trial that runs: its centre and its fleet are started, and stopped at the end."""

    def __init__(self, name: str, size: Size, flash_s: float) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rollout-")
        self._trial = Trial(Path(self._folder.name), size, flash_s)
        self._found = _Found(name, size, self._trial)

    async def __aenter__(self) -> tuple[Trial, _Found]:
        self._trial.place.start()
        self._trial.fleet.start()
        return self._trial, self._found

    async def __aexit__(self, *_: object) -> None:
        await self._trial.fleet.stop()
        self._trial.place.stop()
        self._folder.cleanup()


async def _asked(trial: Trial) -> None:
    """Wait until every device has said what it is, and what it reads is known for a while."""
    until_s, said = time.monotonic() + 180, ""
    while time.monotonic() < until_s:
        done = await trial.place.firmware("plan", str(trial.place.site), MODEL, *TERMS, "--ask-for", "90s", "--json")
        if done.stdout.count('"expected_s"') == len(trial.fleet.meters):
            return
        said = done.stderr
        await asyncio.sleep(1)
    raise AssertionError(f"not every device was asked: {said}")


async def _begin(trial: Trial, *more: str) -> str:
    await _asked(trial)
    return await trial.place.begin(*TERMS, "--canaries", "5", *more)


def _updated(trial: Trial) -> list[str]:
    return [name for name, one in trial.fleet.meters.items() if one.version == NEW]


def _failed(status: Any) -> list[str]:
    return [one["device"] for one in status["of_devices"] if one["stage"] == "failed"]


def _canaries(status: Any) -> set[str]:
    return {one["device"] for one in status["of_devices"] if one["wave"] == 0}
