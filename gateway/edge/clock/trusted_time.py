"""What time a reading has: the machine's monotonic clock plus an offset that only trusted sources set. Pure: the clocks are given.

A Pi has no clock battery, and often no time server within reach: then the centre's time has to do. From its boot until its clock is set,
the time of day is a guess; what was read meanwhile is corrected when the truth comes. A step of the time of day alone changes nothing:
setting a clock by hand clears the kernel's flag that it is synchronised (Linux, kernel/time/ntp.c: ntp_clear), and what was trusted before
is held over.
"""

from collections.abc import Callable
from typing import NamedTuple

from gateway.model.batch import Clock

LONG_UP_MS = 600_000
"""A machine that is up for so long and still has no trusted clock will hardly get one in a minute: nothing waits there."""

SLEWED_MS = 1000
"""What a clock moves that is slewed, or smears a leap second, between two looks at it. More is a step."""


FARTHEST_MS = 2000
"""A round trip to the centre that took longer tells too little of the time: half of it is how wrong the answer may be."""

ASK_AGAIN_MS = 600_000
"""A quartz goes wrong by some 50 ppm: so often the centre's time keeps it within a tenth of a second."""


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


class _Heard(NamedTuple):
    """What the centre said: how far its time is from this machine's boot, how wrong that may be, and when it was heard."""

    offset_ms: float
    within_ms: float
    up_ms: float


class TrustedTime:
    """The time of one run of a gateway; what it reads waits so long for trust, and goes out then as it is, flagged."""

    def __init__(self, sources: Sources, wait_ms: int) -> None:
        self._sources, self._wait_ms = sources, wait_ms
        self._started_ms = sources.up_ms()
        self._offset_ms = self._day_offset_ms()
        self._heard: _Heard | None = None
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

    @property
    def wants_centre(self) -> bool:
        """Whether the centre should be asked for its time now: this machine's kernel has none, and the last answer is old."""
        if self.clock is Clock.SYNCED:
            return False
        return self._heard is None or self._sources.up_ms() - self._heard.up_ms >= ASK_AGAIN_MS

    def up_ms(self) -> float:
        """Give the milliseconds since boot, by which `told` measures a round trip."""
        return self._sources.up_ms()

    def told(self, asked_up_ms: float, centre_ms: float) -> None:
        """Take the centre's time, which was asked for so long after boot: it was true about half of the round trip ago."""
        up_ms = self._sources.up_ms()
        half_ms = (up_ms - asked_up_ms) / 2
        if 0 <= half_ms <= FARTHEST_MS / 2 and centre_ms > _SANE_MS:
            self._heard = _Heard(centre_ms - asked_up_ms - half_ms, half_ms, up_ms)

    def look(self) -> Correction:
        """Look at the clocks, and set the offset by what can be trusted of them."""
        offset_ms, before = self._day_offset_ms(), self.clock
        if self._sources.synchronised():
            self.clock = Clock.SYNCED
        elif before is not Clock.UNSYNCED:
            # It was true once in this run: the monotonic clock carries it on, whatever is done to the time of day.
            self.clock = Clock.HOLDOVER
            offset_ms = self._centre_offset_ms(otherwise=self._offset_ms)
        elif self._battery_agrees():
            self.clock = Clock.HOLDOVER
        elif self._heard is not None:
            self.clock, offset_ms = Clock.HOLDOVER, self._heard.offset_ms
        elif abs(offset_ms - self._offset_ms) <= SLEWED_MS:
            return Correction(0, back=False)
        move_ms = round(offset_ms - self._offset_ms)
        self._offset_ms = offset_ms
        # What was read while nothing could be trusted moves along; what was trusted then stays as it is.
        return Correction(move_ms if before is Clock.UNSYNCED else 0, back=before is not Clock.UNSYNCED and move_ms < -SLEWED_MS)

    def _centre_offset_ms(self, *, otherwise: float) -> float:
        """Give what the centre said, where that is news: within its own uncertainty what is known already is as good."""
        if self._heard is None or abs(self._heard.offset_ms - otherwise) <= self._heard.within_ms:
            return otherwise
        return self._heard.offset_ms

    def _battery_agrees(self) -> bool:
        """Tell whether a clock with a battery says the same as the time of day."""
        rtc_ms = self._sources.rtc_ms()
        return rtc_ms is not None and rtc_ms > _SANE_MS and abs(rtc_ms - self._sources.day_ms()) <= 2 * SLEWED_MS


_SANE_MS = 1_735_689_600_000
"""2025: a battery that ran out begins at 1970 or 2000."""
