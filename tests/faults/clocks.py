"""Faults of the time of day. The gateway under test has a clock of its own: setting that of the machine would affect everything on it."""

import asyncio

from tests.faults.rig import Rig

_DAY_MS = 86_400_000
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
        await rig.pause(1.5, 3.0)
        rig.set_centre_clock(synchronised=True)
        await rig.pause(1.5, 3.0)
    assert "the clock was wrong by" in rig.edge.said(), "no time was corrected"


async def no_clock_at_boot(rig: Rig, trials: int) -> None:
    """The gateway starts thirty years in the past, like a machine without a clock battery; the right time comes while readings wait."""
    for _ in range(trials):
        await asyncio.to_thread(rig.edge.stop)
        rig.set_clock(_NO_CLOCK_MS, synchronised=False)
        await asyncio.to_thread(rig.start_edge)
        await rig.pause(1.0, 3.0)
        rig.set_clock(0, synchronised=True)
        await rig.pause(0.6, 1.5)
    assert "the clock was wrong by" in rig.edge.said(), "no time was corrected"
