"""A year of a lamp, second for second at its switches, against times from other sources.

`python -m tests.control.year` looks at each hour of 2027 in Prato, Lampedusa and Tromsø, with both nights in which the clock changes. What
each switch should be is computed apart: the sun by PyEphem (VSOP87), the clock by dateutil. It reports switches that are missing, double or
late, and how long the function takes for a lamp.
"""

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from dateutil import tz

from gateway.control.commands.standing_orders import StandingOrders
from gateway.control.output import Output
from gateway.control.programs.calendars import NightCalendar
from gateway.control.programs.day_plan import LampPlace
from gateway.control.timetable import Rules, Timetable
from gateway.control.wanted import LampHealth, wanted
from tests.control.streets import LAMPEDUSA, PRATO, TROMSO, program
from tests.control.sun_oracle import crossings

YEAR = 2027
MINUTE_MS = 60_000
SUN_TOLERANCE_MS = 60_000
PROGRAM = """
periods: [{}]
levels: [{at: "12:00", level: 100}, {at: "23:00", level: 60}, {at: "02:30", level: 40}, {at: "05:00", level: 100}]
"""
_CLOCK = ((12, 0, 100), (23, 0, 60), (2, 30, 40), (5, 0, 100))
_LAMP, _NO_ORDERS, _HEALTHY = Output("lamp", "c"), StandingOrders(), LampHealth()


class Switch(NamedTuple):
    """A change of the level."""

    at_ms: int
    level: int


class YearVerdict(NamedTuple):
    """What a year was like: the hours looked at, the switches, and what was wrong with them."""

    hours: int
    switches: int
    lost: list[Switch]
    doubled: list[Switch]
    worst_ms: int


def street(place: LampPlace) -> Timetable:
    """Return the timetable of a street at a place."""
    return Timetable(Rules({"p": program(PROGRAM, "p")}, {"c": NightCalendar("c", (), "p")}, place))


def found_switches(table: Timetable, from_ms: int, to_ms: int, step_ms: int) -> Iterator[Switch]:
    """Yield the switches of a span to the second: each step is looked at, and its middle, and halved as long as levels differ."""

    def level(t_ms: int) -> int:
        return wanted(t_ms, _LAMP, table, _NO_ORDERS, {}, _HEALTHY).level

    def between(begin_ms: int, end_ms: int, before: int, after: int) -> Iterator[Switch]:
        if end_ms - begin_ms <= 1000:
            if before != after:
                yield Switch(end_ms, after)
            return
        middle_ms = (begin_ms + end_ms) // 2000 * 1000
        if (middle := level(middle_ms)) == before == after:
            return
        yield from between(begin_ms, middle_ms, before, middle)
        yield from between(middle_ms, end_ms, middle, after)

    last = level(from_ms)
    for begin_ms in range(from_ms, to_ms, step_ms):
        following = level(begin_ms + step_ms)
        yield from between(begin_ms, begin_ms + step_ms, last, following)
        last = following


def due_switches(place: LampPlace, from_ms: int, to_ms: int) -> list[Switch]:
    """Return the switches that are due in a span, from other sources."""
    margin_ms = 3 * 86_400_000
    sets, rises = crossings(place, from_ms - margin_ms, to_ms + margin_ms)
    clock = sorted(_clock_levels(place, from_ms - margin_ms, to_ms + margin_ms))
    instants = sorted({*sets, *rises, *(one.at_ms for one in clock)})
    found: list[Switch] = []
    dark, level, place_of_sun = _is_dark_at_first(sets, rises), 100, {**dict.fromkeys(sets, True), **dict.fromkeys(rises, False)}
    levels = {one.at_ms: one.level for one in clock}
    before = level if dark else 0
    for t_ms in instants:
        level, dark = levels.get(t_ms, level), place_of_sun.get(t_ms, dark)
        now = level if dark else 0
        if now != before and from_ms <= t_ms < to_ms:
            found.append(Switch(t_ms, now))
        before = now
    return found


def compared(place: LampPlace, from_ms: int, to_ms: int, step_ms: int = MINUTE_MS) -> YearVerdict:
    """Return what a span is like. A switch by the clock is due in its second, one by the sun within a minute."""
    found, due = list(found_switches(street(place), from_ms, to_ms, step_ms)), due_switches(place, from_ms, to_ms)
    left, lost, worst_ms = list(found), [], 0
    for one in due:
        near = [other for other in left if other.level == one.level and abs(other.at_ms - one.at_ms) <= SUN_TOLERANCE_MS]
        if not near:
            lost.append(one)
            continue
        best = min(near, key=lambda other: abs(other.at_ms - one.at_ms))
        left.remove(best)
        worst_ms = max(worst_ms, abs(best.at_ms - one.at_ms))
    return YearVerdict((to_ms - from_ms) // 3_600_000, len(found), lost, left, worst_ms)


def year_of(place: LampPlace) -> tuple[int, int]:
    """Return the local year."""
    zone = tz.gettz(place.zone.key)
    begin, end = (datetime(one, 1, 1, tzinfo=zone) for one in (YEAR, YEAR + 1))
    return round(1000 * begin.timestamp()), round(1000 * end.timestamp())


def _clock_levels(place: LampPlace, from_ms: int, to_ms: int) -> Iterator[Switch]:
    """Yield when the clock shows the program's times: those that it skips as soon as it is past them, those that it shows twice once."""
    zone = tz.gettz(place.zone.key)
    day = datetime.fromtimestamp(from_ms / 1000, zone).date()
    while (midnight := datetime(day.year, day.month, day.day, tzinfo=zone)).timestamp() * 1000 < to_ms:
        for hour, minute, level in _CLOCK:
            local = midnight.replace(hour=hour, minute=minute)
            if not tz.datetime_exists(local):
                # The clock goes from 02:00 to 03:00.
                local = midnight.replace(hour=3)
            yield Switch(round(1000 * local.timestamp()), level)
        day += timedelta(days=1)


def _is_dark_at_first(sets: list[int], rises: list[int]) -> bool:
    return rises[0] < sets[0]


def time_of_one_s() -> float:
    """Return how long the function takes for a lamp, in seconds of CPU: a night of a thousand lamps, a look each minute."""
    table, lamps = street(PRATO), [Output(f"lamp-{number}", "c") for number in range(1000)]
    from_ms = year_of(PRATO)[0] + 17 * 3_600_000
    wanted(from_ms, lamps[0], table, _NO_ORDERS, {}, _HEALTHY)
    begin_s = time.process_time()
    for t_ms in range(from_ms, from_ms + 200 * MINUTE_MS, MINUTE_MS):
        for lamp in lamps:
            wanted(t_ms, lamp, table, _NO_ORDERS, {}, _HEALTHY)
    return (time.process_time() - begin_s) / (200 * len(lamps))


def main() -> int:
    """Look at the year at three places."""
    worst = 0
    for name, place in (("Prato", PRATO), ("Lampedusa", LAMPEDUSA), ("Tromsø", TROMSO)):
        found = compared(place, *year_of(place))
        print(
            f"{name}: {found.hours} hours, {found.switches} switches, {len(found.lost)} lost, {len(found.doubled)} doubled, "
            f"at most {found.worst_ms / 1000:.1f} s from other sources"
        )
        worst += len(found.lost) + len(found.doubled)
    print(f"wanted: {1e6 * time_of_one_s():.1f} µs for a lamp")
    return int(worst > 0)


if __name__ == "__main__":
    sys.exit(main())
