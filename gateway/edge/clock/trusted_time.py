"""The time of readings: the machine's monotonic clock plus an offset that only trusted sources set. Pure: the clocks are passed in.

A Raspberry Pi has no battery-backed clock and often reaches no time server; then the centre's time has to do. From boot until its clock
is set, the time of day is a guess; readings taken meanwhile are corrected later. A step of the time of day alone changes nothing: setting
a clock by hand clears the kernel's flag that it is synchronised (Linux, kernel/time/ntp.c: ntp_clear), and a clock trusted before is held
over.
"""

from collections.abc import Callable
from typing import NamedTuple

from gateway.model.batch import Clock

LONG_UP_MS = 600_000
"""A machine that is up this long without a trusted clock will hardly get one within a minute, so nothing waits for it."""

SLEWED_MS = 1000
"""The greatest change of a clock between two updates that is not a step: slewing, or the smearing of a leap second."""

LONGEST_ROUND_TRIP_MS = 2000
"""An answer of the centre may be wrong by half its round trip. One that took longer than this is ignored."""

ASK_AGAIN_MS = 600_000
"""A quartz drifts by about 50 ppm: asking the centre this often keeps the time within a tenth of a second."""

_SANE_MS = 1_735_689_600_000
"""The year 2025. A clock whose battery is empty starts at 1970 or 2000."""


class Sources(NamedTuple):
    """The clocks of a machine in milliseconds (since boot, of day, battery-backed or None), and the kernel's synchronised flag.

    If the first two return whole milliseconds only, the resulting time may be off by a millisecond.
    """

    up_ms: Callable[[], float]
    day_ms: Callable[[], float]
    rtc_ms: Callable[[], int | None]
    synchronised: Callable[[], bool]


class ClockUpdate(NamedTuple):
    """The result of an update: by how much to move readings that were not sent, and whether trusted time stepped back."""

    move_ms: int
    stepped_back: bool


class _CentreTime(NamedTuple):
    """The centre's time as an offset from this machine's boot, its greatest error, and when it was received."""

    offset_ms: float
    error_ms: float
    up_ms: float


class TrustedTime:
    """The time of one run of a gateway. Readings wait at most `wait_ms` for a trusted clock; then they are sent flagged as unsynced."""

    def __init__(self, sources: Sources, wait_ms: int) -> None:
        self._sources, self._wait_ms = sources, wait_ms
        self._started_ms = sources.up_ms()
        self._offset_ms = self._day_offset_ms()
        self._centre: _CentreTime | None = None
        self.clock = Clock.UNSYNCED
        self.update()

    def now_ms(self) -> int:
        """Return the best known time, in milliseconds since 1970."""
        return int(self._sources.up_ms() + self._offset_ms)

    def up_ms(self) -> float:
        """Return the milliseconds since boot, which measure the round trip of `centre_answered`."""
        return self._sources.up_ms()

    def _day_offset_ms(self) -> float:
        """Return the offset of the time of day from boot. The order of reads makes it never too early: no reading precedes its response."""
        up_ms = self._sources.up_ms()
        return self._sources.day_ms() - up_ms

    @property
    def may_send(self) -> bool:
        """Whether readings need not wait for a trusted clock any more: it is there, or it did not come in time."""
        if self.clock is not Clock.UNSYNCED or self._started_ms > LONG_UP_MS:
            return True
        return self._sources.up_ms() - self._started_ms >= self._wait_ms

    @property
    def wants_centre(self) -> bool:
        """Whether to ask the centre for the time: the kernel's clock is not synchronised, and the last answer is old."""
        if self.clock is Clock.SYNCED:
            return False
        return self._centre is None or self._sources.up_ms() - self._centre.up_ms >= ASK_AGAIN_MS

    def centre_answered(self, asked_up_ms: float, centre_ms: float) -> None:
        """Accept the centre's time, asked for at `asked_up_ms` after boot: it was right about half of the round trip ago."""
        up_ms = self._sources.up_ms()
        half_ms = (up_ms - asked_up_ms) / 2
        if 0 <= half_ms <= LONGEST_ROUND_TRIP_MS / 2 and centre_ms > _SANE_MS:
            self._centre = _CentreTime(centre_ms - asked_up_ms - half_ms, half_ms, up_ms)

    def update(self) -> ClockUpdate:
        """Read the clocks, and set the offset from those that can be trusted."""
        offset_ms, before = self._day_offset_ms(), self.clock
        if self._sources.synchronised():
            self.clock = Clock.SYNCED
        elif before is not Clock.UNSYNCED:
            # The time was right once in this run: the monotonic clock continues it, whatever happens to the time of day.
            self.clock = Clock.HOLDOVER
            offset_ms = self._centre_offset_ms(otherwise=self._offset_ms)
        elif self._battery_agrees():
            self.clock = Clock.HOLDOVER
        elif self._centre is not None:
            self.clock, offset_ms = Clock.HOLDOVER, self._centre.offset_ms
        elif abs(offset_ms - self._offset_ms) <= SLEWED_MS:
            return ClockUpdate(0, stepped_back=False)
        move_ms = round(offset_ms - self._offset_ms)
        self._offset_ms = offset_ms
        # Readings taken without a trusted clock move along; those taken with one stay.
        if before is Clock.UNSYNCED:
            return ClockUpdate(move_ms, stepped_back=False)
        return ClockUpdate(0, stepped_back=move_ms < -SLEWED_MS)

    def _centre_offset_ms(self, *, otherwise: float) -> float:
        """Return the centre's offset, or the known one if they differ by no more than the error of the centre's."""
        if self._centre is None or abs(self._centre.offset_ms - otherwise) <= self._centre.error_ms:
            return otherwise
        return self._centre.offset_ms

    def _battery_agrees(self) -> bool:
        """Return whether a battery-backed clock agrees with the time of day."""
        rtc_ms = self._sources.rtc_ms()
        return rtc_ms is not None and rtc_ms > _SANE_MS and abs(rtc_ms - self._sources.day_ms()) <= 2 * SLEWED_MS
