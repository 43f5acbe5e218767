"""`python -m tests.dashboards.queries`: run every query of every board against a real InfluxDB with a simulated town, and print rows and times.

The queries are taken from the rendered JSON, and variables and macros are put in as Grafana does. `--url` takes a store that
`gateway simulate history` has filled before; else one is started and filled.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import dashboards.boards  # noqa: F401 — registers the boards
from dashboards.registry import BOARDS
from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import InfluxSettings, StoreSettings
from gateway.simulate.history.filling import fill
from gateway.simulate.history.rows import History
from gateway.simulate.history.town import Period, Town
from tests.dashboards.grafana import Asked, asked_of, series_rows
from tests.system.servers import influxdb

ZONE = "Europe/Rome"
_SLOW_MS, _FAST_MS = 1000.0, 100.0


class Measured(NamedTuple):
    """What one query returned, and how long it took."""

    board: str
    panel: str
    kind: str
    rows: int
    ms: float
    statement: str


def measure(connection: InfluxConnection, database: str, board: str, asked: Asked, times: int = 1) -> Measured:
    """Run one query, again if it is slow; the shortest time counts, as a busy machine only adds to it."""
    shortest_ms = float("inf")
    rows = 0
    for _ in range(times):
        begun_s = time.perf_counter()
        rows = series_rows(query(connection, database, asked.statement))
        shortest_ms = min(shortest_ms, round(1000 * (time.perf_counter() - begun_s), 1))
        if shortest_ms < _FAST_MS:
            break
    return Measured(board, asked.panel, asked.kind, rows, shortest_ms, asked.statement)


def chosen_in(town: Town) -> dict[str, dict[str, str]]:
    """Return the values of the variables of each board that select a single asset."""
    first = {kind: next(one.asset for one in town.sensors if one.kind == kind) for kind in ("traffic", "air_quality")}
    gateway = town.gateways[0].gateway
    return {
        "lighting": {"asset": town.panels[0].asset, "lamp": town.panels[0].lamps[0]},
        "traffic": {"asset": first["traffic"]},
        "environment": {"asset": first["air_quality"]},
        "gateways": {"asset": gateway},
        "completeness": {"asset": gateway},
    }


def run(settings: InfluxSettings, town: Town, to_ms: int, since: str = "", times: int = 1) -> list[Measured]:
    """Run every query of every board."""
    connection, chosen = InfluxConnection(settings), chosen_in(town)
    try:
        return [
            measure(connection, settings.database, board.name, asked, times)
            for board in BOARDS
            for asked in asked_of(board.render("en"), to_ms, chosen.get(board.name, {}), since)
        ]
    finally:
        connection.close()


def filled(url: str, history: History) -> InfluxSettings:
    """Fill an InfluxDB."""
    settings = InfluxSettings(url=url)
    fill(CentreSettings(broker="mqtt://127.0.0.1:1883", store=StoreSettings(influx=settings)), ZONE, history, lambda _: None)
    return settings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--assets", type=int, default=500)
    parser.add_argument("--every", type=float, default=300, help="seconds between two readings")
    parser.add_argument("--until", type=int, default=1_796_063_400, help="end of the history, in seconds since 1970")
    parser.add_argument("--since", default="", help="time to select instead of each board's own, such as 7d")
    parser.add_argument("--times", type=int, default=3, help="how often a slow query is tried; the shortest time counts")
    parser.add_argument("--url", help="InfluxDB 1.x that is filled already")
    parser.add_argument("--database", default="street")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    history = History(options.assets, Period(options.until - 86_400 * options.days, options.until), options.every, 1)
    with tempfile.TemporaryDirectory() as folder:
        if options.url:
            found = run(
                InfluxSettings(url=options.url, database=options.database), history.town, 1000 * options.until, options.since, options.times
            )
        else:
            process, url = influxdb(Path(folder))
            try:
                found = run(filled(url, history), history.town, 1000 * options.until, options.since, options.times)
            finally:
                process.stop()
    if options.json:
        print(json.dumps([one._asdict() for one in found], indent=1))
    else:
        for one in found:
            mark = " SLOW" if one.ms > _SLOW_MS else " EMPTY" if not one.rows else ""
            print(f"{one.board:13} {one.kind:15} {one.rows:7} rows {one.ms:8.1f} ms  {one.panel}{mark}")
        print(f"{len(found)} queries, {sum(not one.rows for one in found)} empty, slowest {max(one.ms for one in found):g} ms")
    return 1 if any(one.ms > _SLOW_MS for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
