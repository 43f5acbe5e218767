"""What time a reading has: the machine's monotonic clock plus an offset that only trusted sources set. Pure: the clocks are given.

A Pi has no clock battery. From its boot until its clock is set, the time of day is a guess; what was read meanwhile is corrected when the
truth comes, as long as it was not sent. A step of the time of day alone changes nothing: setting a clock by hand clears the kernel's
flag that it is synchronised (Linux, kernel/time/ntp.c: ntp_clear), and what was trusted before is held over.
"""

from collections.abc import Callable
from typing import NamedTuple

from gateway.model.batch import Clock

LONG_UP_MS = 600_000
"""A machine that is up for so long and still has no trusted clock will hardly get one in a minute: nothing waits there."""

SLEWED_MS = 1000
"""What a clock moves that is slewed, or smears a leap second, between two looks at it. More is a step."""


class Sources(NamedTuple):
    """The clocks of a machine, in milliseconds: since boot, of day, of day by its battery (None without one), and the kernel's word.

    Where the first two give whole milliseconds only, the time that comes of them is a millisecond early or late.
    """

    up_ms: Callable[[], float]
    day_ms: Callable[[], float]
    rtc_ms: Callable[[], int | None]
    synchronised: Callable[[], bool]


class Correction(NamedTuple):
    """What a look at the clocks found: by how much what was read and not sent is to be moved, and whether time goes back."""

    move_ms: int
    back: bool


class TrustedTime:
    """The time of one run of a gateway; what it reads waits so long for trust, and goes out then as it is, flagged."""

    def __init__(self, sources: Sources, wait_ms: int) -> None:
        self._sources, self._wait_ms = sources, wait_ms
        self._started_ms = sources.up_ms()
        self._offset_ms = self._day_offset_ms()
        self.clock = Clock.UNSYNCED
        self.look()

    def now_ms(self) -> int:
        """Give the time in milliseconds since 1970, as well as it is known."""
        return int(self._sources.up_ms() + self._offset_ms)

    def _day_offset_ms(self) -> float:
        """Give how far the time of day is from boot. The order keeps it from being early: no reading is older than its answer."""
        up_ms = self._sources.up_ms()
        return self._sources.day_ms() - up_ms

    @property
    def waited(self) -> bool:
        """Whether nothing need wait for trust any more: it is there, or did not come in time."""
        if self.clock is not Clock.UNSYNCED or self._started_ms > LONG_UP_MS:
            return True
        return self._sources.up_ms() - self._started_ms >= self._wait_ms

    def look(self) -> Correction:
        """Look at the clocks, and set the offset by what can be trusted of them."""
        offset_ms, before = self._day_offset_ms(), self.clock
        move_ms = round(offset_ms - self._offset_ms)
        if self._sources.synchronised():
            self.clock = Clock.SYNCED
        elif before is not Clock.UNSYNCED:
            # It was true once in this run: the monotonic clock carries it on, whatever is done to the time of day.
            self.clock = Clock.HOLDOVER
            return Correction(0, back=False)
        elif self._battery_agrees():
            self.clock = Clock.HOLDOVER
        elif abs(move_ms) <= SLEWED_MS:
            return Correction(0, back=False)
        self._offset_ms = offset_ms
        # What was read while nothing could be trusted moves along; what was trusted then stays as it is.
        return Correction(move_ms if before is Clock.UNSYNCED else 0, back=before is not Clock.UNSYNCED and move_ms < -SLEWED_MS)

    def _battery_agrees(self) -> bool:
        """Tell whether a clock with a battery says the same as the time of day."""
        rtc_ms = self._sources.rtc_ms()
        return rtc_ms is not None and rtc_ms > _SANE_MS and abs(rtc_ms - self._sources.day_ms()) <= 2 * SLEWED_MS


_SANE_MS = 1_735_689_600_000
"""2025: a battery that ran out begins at 1970 or 2000."""
