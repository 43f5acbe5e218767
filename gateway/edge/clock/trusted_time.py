"""The time of readings: the machine's monotonic clock plus an offset that only trusted sources set. Pure: the clocks are passed in.

A Raspberry Pi has no battery-backed clock and often reaches no time server; then the centre's time has to do. From boot until its clock
is set, the time of day is a guess; readings taken meanwhile are corrected later. A step of the time of day alone changes nothing: setting
a clock by hand clears the kernel's flag that it is synchronised (Linux, kernel/time/ntp.c: ntp_clear), and a clock trusted before is held
over.

A synchronised clock that steps contradicts what it said before. The time is then continued, and unsynced, until the clock steps back, the
centre's time decides, or the clock has kept to it for ten minutes.

No guess is earlier than the newest reading in the journal, and none goes back: within a run, the time goes back only when a trusted source
says so, and then all readings of the run that it contradicts move with it.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from gateway.journal.entries import NewestTimes
from gateway.model.batch import Clock

LONG_UP_MS = 600_000
"""A machine that is up this long without a trusted clock will hardly get one within a minute, so nothing waits for it."""

SLEWED_MS = 1000
"""The greatest change of a clock between two updates that is not a step: slewing, or the smearing of a leap second."""

LONGEST_ROUND_TRIP_MS = 2000
"""An answer of the centre may be wrong by half its round trip. One that took longer than this is ignored."""

ASK_AGAIN_MS = 600_000
"""A quartz drifts by about 50 ppm: asking the centre this often keeps the time within a tenth of a second."""

STEP_PROVEN_MS = 600_000
"""How long a synchronised clock must keep to a step that only it knows of."""

_DRIFT = 1e-4
"""The greatest drift of a clock that is not synchronised: the tolerance of a quartz over temperature and age, with reserve."""

_READS, _QUICK_MS = 5, 10.0
"""How often the time of day is read if the reads take longer than they should, and how long that is."""

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
    """The result of an update: by how much to move readings, which ones, and whether the clock can be trusted since this update.

    If the clock was unsynced, the unsynced readings move. If a trusted clock was ahead, all readings of the run do.
    """

    move_ms: int = 0
    whole_run: bool = False
    now_trusted: bool = False


class _DayTime(NamedTuple):
    """The time of day as an offset from boot, and whether the kernel says that it is synchronised."""

    offset_ms: float
    synchronised: bool


class _CentreTime(NamedTuple):
    """The centre's time as an offset from this machine's boot, its greatest error, and when it was received."""

    offset_ms: float
    error_ms: float
    up_ms: float


class _Step(NamedTuple):
    """A step of a synchronised clock that nothing else confirms: the offset that it claims, and since when."""

    offset_ms: float
    since_up_ms: float


class TrustedTime:
    """The time of one run of a gateway. Readings wait at most `wait_ms` for a trusted clock; then they are sent flagged as unsynced."""

    def __init__(self, sources: Sources, wait_ms: int) -> None:
        self._sources, self._wait_ms = sources, wait_ms
        self._started_ms = sources.up_ms()
        self._offset_ms = self._read_day().offset_ms
        self._known = False
        """Whether a trusted source has set the offset; otherwise it is a guess."""
        self._floor_ms = 0
        """The newest trusted time in the journal."""
        self._centre: _CentreTime | None = None
        self._step: _Step | None = None
        self._followed_up_ms = self._started_ms
        """When the offset was last set by a trusted source. The clock has drifted since."""
        self.clock = Clock.UNSYNCED
        self.update()

    def not_before(self, newest: NewestTimes) -> None:
        """Accept the newest times in the journal, before the first reading of this run.

        A guess is not earlier than any of them. A clock that is earlier than a trusted one contradicts that one.
        """
        self._floor_ms = newest.trusted_ms
        if self.clock is not Clock.UNSYNCED and newest.trusted_ms - self.now_ms() > SLEWED_MS:
            self.clock, self._known = Clock.UNSYNCED, False
        if self.clock is Clock.UNSYNCED:
            self._offset_ms = max(self._offset_ms, newest.any_ms + 1 - self._sources.up_ms())
            self.update()

    def now_ms(self) -> int:
        """Return the best known time, in milliseconds since 1970."""
        return int(self._sources.up_ms() + self._offset_ms)

    @property
    def started_ms(self) -> int:
        """The best known time at which this run began."""
        return int(self._started_ms + self._offset_ms)

    def up_ms(self) -> float:
        """Return the milliseconds since boot, which measure the round trip of `centre_answered`."""
        return self._sources.up_ms()

    def _read_day(self) -> _DayTime:
        """Read the time of day. Another process may set it meanwhile, so the flag counts only if it is there before and after."""
        synchronised = self._sources.synchronised()
        offset_ms = self._read_offset_ms()
        return _DayTime(offset_ms, synchronised and self._sources.synchronised())

    def _read_offset_ms(self) -> float:
        """Return the offset of the time of day from boot. The order of reads makes it never too early: no reading precedes its response.

        It is too late by a pause of the process between the two reads. Such a pair is read again.
        """
        shortest_ms, offset_ms = math.inf, 0.0
        for _ in range(_READS):
            before_ms = self._sources.up_ms()
            day_ms = self._sources.day_ms()
            took_ms = self._sources.up_ms() - before_ms
            if took_ms < shortest_ms:
                shortest_ms, offset_ms = took_ms, day_ms - before_ms
            if took_ms <= _QUICK_MS:
                break
        return offset_ms

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
        before, held_ms, was_known = self.clock, self._offset_ms, self._known
        may_differ_ms = self._may_differ_ms(self._followed_up_ms)
        self._set_offset(self._read_day())
        move_ms = round(self._offset_ms - held_ms)
        now_trusted = before is Clock.UNSYNCED is not self.clock
        # Readings taken without a trusted clock move along. Those taken with one stay, unless it was ahead.
        if was_known and move_ms < -may_differ_ms:
            return ClockUpdate(move_ms, whole_run=True, now_trusted=now_trusted)
        return ClockUpdate(move_ms, now_trusted=now_trusted) if before is Clock.UNSYNCED else ClockUpdate()

    def _set_offset(self, day: _DayTime) -> None:
        """Set the offset from the first source that can be trusted, or continue the one known."""
        (day_ms, synchronised), centre = day, self._recent_centre()
        claimed = synchronised or (not self._known and self._battery_agrees(day_ms))
        if claimed and (not self._contradicts(day_ms) or self._confirmed(day_ms, centre)):
            self._follow(Clock.SYNCED if synchronised else Clock.HOLDOVER, day_ms)
            self._centre = None  # a later step is decided by an answer that is asked for then
        elif centre is not None:
            self._follow(Clock.HOLDOVER, self._centre_offset_ms(centre))
        elif claimed:
            self.clock = Clock.UNSYNCED
        elif self._known:
            self.clock, self._step = Clock.HOLDOVER, None
        elif day_ms - self._offset_ms > SLEWED_MS:
            self._offset_ms = day_ms

    def _follow(self, clock: Clock, offset_ms: float) -> None:
        self.clock, self._offset_ms, self._followed_up_ms = clock, offset_ms, self._sources.up_ms()
        self._known, self._step = True, None

    def _may_differ_ms(self, since_up_ms: float) -> float:
        """Return by how much two trusted clocks may differ without a step, if one of them was last set then."""
        return SLEWED_MS + _DRIFT * (self._sources.up_ms() - since_up_ms)

    def _contradicts(self, day_ms: float) -> bool:
        """Return whether an offset contradicts the known one or, without one, the newest trusted time in the journal.

        This run began after that time, so a clock that was behind it then is still wrong when it has passed it.
        """
        if self._known:
            return abs(day_ms - self._offset_ms) > self._may_differ_ms(self._followed_up_ms)
        return self._floor_ms - (day_ms + self._started_ms) > SLEWED_MS

    def _confirmed(self, day_ms: float, centre: _CentreTime | None) -> bool:
        """Return whether a step of a synchronised clock is confirmed: by the centre, or, without its time, by ten minutes."""
        if centre is not None:
            return abs(centre.offset_ms - day_ms) <= centre.error_ms + self._may_differ_ms(centre.up_ms)
        up_ms = self._sources.up_ms()
        if self._step is None or abs(self._step.offset_ms - day_ms) > SLEWED_MS:
            self._step = _Step(day_ms, up_ms)
        return up_ms - self._step.since_up_ms >= STEP_PROVEN_MS and day_ms + up_ms > _SANE_MS

    def _recent_centre(self) -> _CentreTime | None:
        """Return the centre's time, or None if its last answer is so old that it was not there when it was asked again."""
        if self._centre is None or self._sources.up_ms() - self._centre.up_ms > 2 * ASK_AGAIN_MS:
            return None
        return self._centre

    def _centre_offset_ms(self, centre: _CentreTime) -> float:
        """Return the centre's offset, or the known one if they differ by no more than the error of the centre's."""
        known = self._known and abs(centre.offset_ms - self._offset_ms) <= centre.error_ms
        return self._offset_ms if known else centre.offset_ms

    def _battery_agrees(self, day_ms: float) -> bool:
        """Return whether a battery-backed clock agrees with the time of day, which was read as an offset."""
        rtc_ms = self._sources.rtc_ms()
        return rtc_ms is not None and rtc_ms > _SANE_MS and abs(rtc_ms - (day_ms + self._sources.up_ms())) <= 2 * SLEWED_MS
