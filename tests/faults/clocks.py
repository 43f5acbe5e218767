"""Faults of the time of day. The gateway under test has a clock of its own: setting that of the machine would affect everything on it."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Literal

from tests.faults.rig import MISDATED_MS, READS, Fault, Rig

_DAY_MS = 86_400_000
_STEPS_MS = {"1 s": 1000, "30 s": 30_000, "1 h": 3_600_000, "1 day": _DAY_MS}
_NO_CLOCK_MS = -30 * 365 * _DAY_MS


async def clock_steps(rig: Rig, trials: int) -> None:
    """The clock is set a day ahead or back, which makes it unsynchronised; after a while it is corrected and synchronised."""
    for number in range(trials):
        rig.set_clock(_DAY_MS if number % 2 else -_DAY_MS, synchronised=False)
        await rig.pause(0.6, 2.0)
        rig.set_clock(0, synchronised=True)
        await rig.pause(0.6, 1.5)


async def time_of_the_centre(rig: Rig, trials: int) -> None:
    """The gateway starts thirty years in the past and does not wait: its readings are stored with wrong times. Then the centre sends the time."""
    rig.change_site(clock_wait="0s")
    rig.set_clock(_NO_CLOCK_MS, synchronised=False)
    for _ in range(trials):
        await asyncio.to_thread(rig.edge.stop)
        rig.set_centre_clock(synchronised=False)
        await asyncio.to_thread(rig.start_edge)
        await asyncio.to_thread(rig.edge.wait_for, READS)
        await rig.pause(0.5, 2.0)
        rig.set_centre_clock(synchronised=True)
        await rig.pause(1.5, 3.0)
    assert "the clock was wrong by" in rig.edge.log.read_text(), "no time was corrected"


async def no_clock_at_boot(rig: Rig, trials: int) -> None:
    """The gateway starts thirty years in the past, like a machine without a clock battery; the right time comes while readings wait."""
    for _ in range(trials):
        await asyncio.to_thread(rig.edge.stop)
        rig.set_clock(_NO_CLOCK_MS, synchronised=False)
        await asyncio.to_thread(rig.start_edge)
        await asyncio.to_thread(rig.edge.wait_for, READS)
        await rig.pause(0, 2.0)
        rig.set_clock(0, synchronised=True)
        await rig.pause(0.6, 1.5)
    assert "the clock was wrong by" in rig.edge.log.read_text(), "no time was corrected"


_Synchronised = Literal["synchronised", "then synchronised", "never synchronised"]
_Restart = Literal["after it", "at it", "before it"]

_RESTARTS: tuple[_Restart, ...] = ("after it", "at it", "before it")

_KINDS: dict[str, _Synchronised] = {
    "while synchronised": "synchronised",
    "while unsynced, then synchronised": "then synchronised",
    "and never synchronised": "never synchronised",
}


def _step(ms: int, synchronised: _Synchronised) -> Fault:
    """Return the fault that steps the clock ahead or back, with or without the centre's time, around a restart."""

    async def fault(rig: Rig, trials: int) -> None:
        rig.change_site(clock_wait="0s")
        ways = list(itertools.product((ms, -ms), (False, True), _RESTARTS))
        rig.chance.shuffle(ways)
        for step_ms, centre, restart in itertools.islice(itertools.cycle(ways), trials):
            rig.set_centre_clock(synchronised=centre)
            if synchronised != "synchronised":
                rig.set_clock(0, synchronised=False)
                await _restart(rig)
            last = await _step_around_a_restart(rig, step_ms, restart, synchronised=synchronised == "synchronised")
            rig.set_clock(0, synchronised=synchronised != "never synchronised")
            if synchronised == "never synchronised":
                await rig.pause(0.6, 1.5)
            else:
                await rig.trusts_its_clock()
            if synchronised == "synchronised" and -step_ms > MISDATED_MS:
                rig.excuse(*last, -step_ms)

    return fault


async def _step_around_a_restart(rig: Rig, step_ms: int, restart: _Restart, *, synchronised: bool) -> tuple[int, int]:
    """Return the last number before the step, and the last one before the run in which it ends began."""
    if restart == "before it":
        await _restart(rig)
    await rig.pause(0.6, 1.5)
    if restart == "at it":
        await asyncio.to_thread(rig.edge.stop)
    before = began = rig.device.newest
    rig.set_clock(step_ms, synchronised=synchronised)
    if restart == "at it":
        await asyncio.to_thread(rig.start_edge)
        await asyncio.to_thread(rig.edge.wait_for, READS)
    await rig.pause(0.6, 1.5)
    if restart == "after it":
        began = await _restart(rig)
        await rig.pause(0.6, 1.5)
    return before, began


async def _restart(rig: Rig) -> int:
    """Return the last number before the restart."""
    await asyncio.to_thread(rig.edge.stop)
    last = rig.device.newest
    await asyncio.to_thread(rig.start_edge)
    await asyncio.to_thread(rig.edge.wait_for, READS)
    return last


def clock_step_faults() -> Iterator[tuple[str, Fault]]:
    """Yield every kind of step with its name."""
    for size, ms in _STEPS_MS.items():
        for when, synchronised in _KINDS.items():
            yield f"clock step of {size} {when}", _step(ms, synchronised)
