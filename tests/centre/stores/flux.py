"""An interpreter of the few functions of Flux that the tasks of InfluxDB 2.x use, as the Flux documentation defines them.

`range` bounds rows from `start` to the run's `now()`, `aggregateWindow` cuts windows at these bounds, and `timeSrc: "_start"` gives a row the
time at which its window, so cut, begins. Windows and `date.truncate` follow the option `location`.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

Number = float | int
Series = tuple[str, str, str]
"""Measurement, asset and field."""

Buckets = defaultdict[str, dict[Series, dict[datetime, Number]]]
"""Series by bucket; the points of those that tasks read are in the order of time."""

_FUNCTIONS: Mapping[str, Callable[[Sequence[Number]], Number]] = {"last": lambda values: values[-1], "sum": sum}
_UNITS = {"ms": timedelta(milliseconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class _Statement(NamedTuple):
    source: str
    start: str
    measurement: str
    fields: frozenset[str]
    every: str
    offset: str | None
    function: str
    target: str


class Task:
    """A task: its name, how often it runs, and what one run does."""

    def __init__(self, script: str) -> None:
        imported = set(re.findall(r'^import "(\w+)"$', script, re.MULTILINE))
        location = re.search(r'^option location = timezone\.location\(name: "([^"]+)"\)$', script, re.MULTILINE)
        options = re.search(r'^option task = \{name: "([^"]+)", every: (\w+), offset: 1m\}$', script, re.MULTILINE)
        assert options, script
        assert location is None or "timezone" in imported
        assert "date." not in script or "date" in imported
        self.name, self.every = options[1], _duration(options[2])
        self._zone: tzinfo = UTC if location is None else ZoneInfo(location[1])
        self._truncated = cache(self._begin)
        self._statements = [_statement(text) for text in script[options.end() :].split("from(bucket: ")[1:]]

    def run(self, buckets: Buckets, now: datetime) -> None:
        """Run the task as scheduled for an instant."""
        for one in self._statements:
            start = self._time(one.start, now)
            for series, points in buckets[one.source].items():
                if series[0] == one.measurement and series[2] in one.fields:
                    times = list(points)
                    rows = [(at, points[at]) for at in times[bisect_left(times, start) : bisect_left(times, now)]]
                    buckets[one.target].setdefault(series, {}).update(self._windows(one, rows, start))

    def _windows(self, one: _Statement, rows: list[tuple[datetime, Number]], start: datetime) -> dict[datetime, Number]:
        windows: dict[datetime, list[Number]] = defaultdict(list)
        for at, value in rows:
            offset = _duration(one.offset) if one.offset is not None else timedelta()
            windows[max(start, self._truncated(at - offset, one.every) + offset)].append(value)
        return {begin: _FUNCTIONS[one.function](values) for begin, values in windows.items()}

    def _time(self, text: str, now: datetime) -> datetime:
        if added := re.fullmatch(r"time\(v: int\(v: (.+)\) \+ (\d+)000\)", text):
            return self._time(added[1], now) + timedelta(microseconds=int(added[2]))
        if truncated := re.fullmatch(r"date\.truncate\(t: -(\w+), unit: (1[dhm])\)", text):
            return self._truncated(now - _duration(truncated[1]), truncated[2])
        return now - _duration(text.removeprefix("-"))

    def _begin(self, at: datetime, unit: str) -> datetime:
        """Return the beginning of the window of an instant."""
        local = at.astimezone(self._zone)
        if unit == "1d":
            return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
        return at - (local.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) % _duration(unit)


def _statement(text: str) -> _Statement:
    found = re.fullmatch(
        r'"(?P<source>[^"]+)"\)\s+\|> range\(start: (?P<start>.+)\)'
        r'\s+\|> filter\(fn: \(r\) => r\._measurement == "(?P<measurement>\w+)" and \((?P<fields>[^)]+)\)\)'
        r'\s+\|> aggregateWindow\(every: (?P<every>\w+)(?:, offset: (?P<offset>\w+))?, fn: (?P<function>\w+), timeSrc: "_start", createEmpty: false\)'
        r'\s+\|> to\(bucket: "(?P<target>[^"]+)"\)\s+\|> yield\(name: "\w+"\)\s*',
        text,
    )
    assert found, text
    parts = found.groupdict()
    fields = frozenset(re.fullmatch(r'r\._field == "(\w+)"', part)[1] for part in parts.pop("fields").split(" or "))  # type: ignore[index]
    return _Statement(fields=fields, **parts)


def _duration(text: str) -> timedelta:
    number, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()  # type: ignore[union-attr]  # fails loudly
    return int(number) * _UNITS[unit]
