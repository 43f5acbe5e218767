"""Writes the history of a simulated town into the store of a centre, and fills the roll-ups of an InfluxDB 1.x."""

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.factory import open_reader, open_store
from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.influx.rollups import fill_statement, roll_ups
from gateway.centre.stores.influx.setup import Setup, setup_of
from gateway.centre.stores.port import SeriesStore, StoreUnavailable
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import InfluxSettings
from gateway.simulate.history.rows import History
from gateway.simulate.history.town import Period

_PART_S = 6 * 3600.0
_ROWS_A_WRITE = 5000
_Answer = TypeVar("_Answer")
_PAUSES_S = (1.0, 2.0, 5.0, 10.0)
"""Before a write is tried again."""


class StoreNotEmpty(Exception):
    """The store already has readings, among which simulated ones would be lost."""


class HistoryFilled(NamedTuple):
    """What was written: rows, values, and the roll-ups that were filled."""

    assets: int
    gateways: int
    rows: int
    values: int
    refused: int
    roll_ups: int


def fill(settings: CentreSettings, time_zone: str, history: History, said: Callable[[float], None]) -> HistoryFilled:
    """Write a history; `said` is called with the share that is written, from 0 to 1.

    Raises:
        StoreNotEmpty: The store already has readings.
        StoreUnavailable: It does not answer.
        StoreRefused: It does not let itself be set up.
        SecretError: A password's, token's or CA's file can't be used.
    """
    store = open_store(settings)
    try:
        _prepare(settings, time_zone)
        rows, values, refused = _write(store, history, said)
    finally:
        store.close()
    influx = settings.store.influx
    filled = 0
    if influx is not None and influx.api == "v1":
        filled = sum(_roll_up(database, time_zone, history.whole) for database in influx.databases())
    return HistoryFilled(history.town.assets, len(history.town.gateways), rows, values, refused, filled)


def _prepare(settings: CentreSettings, time_zone: str) -> None:
    """Check that the store is empty, and set it up."""
    influx = settings.store.influx
    if influx is not None and influx.api != "victoria":
        for database in influx.databases():
            _set_up(setup_of(database, settings.retention, time_zone))
    reader = open_reader(settings.store)
    try:
        if any(True for _ in reader.latest("gateway", ["uptime"], {}, 0)):
            raise StoreNotEmpty
    finally:
        reader.close()


def _set_up(setup: Setup) -> None:
    try:
        for step in setup.steps():
            if step.verb != "keep":
                setup.do(step)
    finally:
        setup.close()


def _write(store: SeriesStore[Any], history: History, said: Callable[[float], None]) -> tuple[int, int, int]:
    """Write every row, and prepare the next while the store works; return the rows, the values, and the rows that the store refused."""
    rows = values = refused = 0
    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(_patiently, partial(store.write, list[Any]()))
        for share, some in _parts(history):
            parts = [store.prepare_row(row) for row in some]
            refused += len(writing.result())
            writing = thread.submit(_patiently, partial(store.write, parts))
            rows += len(some)
            values += sum(value is not None for row in some for value in row.values)
            said(share)
        refused += len(writing.result())
    return rows, values, refused


def _patiently(ask: Callable[[], _Answer]) -> _Answer:
    """Ask a store, again if it is overloaded: what it had written already, it overwrites."""
    for pause_s in _PAUSES_S:
        try:
            return ask()
        except StoreUnavailable:
            time.sleep(pause_s)
    return ask()


def _parts(history: History) -> Iterator[tuple[float, list[StoredRow]]]:
    whole = history.whole
    yield 0.0, list(history.once())
    begin = whole.from_s
    while begin < whole.to_s:
        end = min(begin + _PART_S, whole.to_s)
        rows = history.part(Period(begin, end))
        while some := list(itertools.islice(rows, _ROWS_A_WRITE)):
            yield (end - whole.from_s) / (whole.to_s - whole.from_s), some
        begin = end


def _roll_up(settings: InfluxSettings, time_zone: str, whole: Period) -> int:
    """Fill the roll-ups of the whole period, which continuous queries compute only for the last days; return their number."""
    connection = InfluxConnection(settings)
    try:
        for one in roll_ups():
            borders = _midnights(time_zone, whole) if one.span == "1d" else _quarters_of_days(whole)
            for from_ms, to_ms in itertools.pairwise(borders):
                statement = fill_statement(one, settings.database, time_zone, from_ms, to_ms)
                _patiently(partial(query, connection, settings.database, statement))
    finally:
        connection.close()
    return len(roll_ups())


def _midnights(time_zone: str, whole: Period) -> Iterator[int]:
    """Yield the midnights around every day of a period, in milliseconds: one statement rolls up one whole day."""
    zone = ZoneInfo(time_zone)
    day = datetime.fromtimestamp(whole.from_s, zone).date()
    while True:
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
        yield int(1000 * midnight)
        if midnight >= whole.to_s:
            return
        day += timedelta(days=1)


def _quarters_of_days(whole: Period) -> Iterator[int]:
    """Yield times six hours apart around a period, in milliseconds.

    One statement rolls up so much: the quarter hours of a whole day of 5,000 assets take longer than the time-out on a busy machine.
    """
    border_s = whole.from_s // _PART_S * _PART_S
    while border_s < whole.to_s:
        yield int(1000 * border_s)
        border_s += _PART_S
    yield int(1000 * border_s)
