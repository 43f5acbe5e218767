"""What a simulated town takes on the disk, compacted, in InfluxDB 1.x and in VictoriaMetrics.

    python -m tests.bench.storage [--days 14] [--assets 500] [--every 300] [--json]

Each real server is filled by what `gateway simulate history` writes, and measured when it has compacted everything. A year is the measured
time times 365 / days: whole weeks are written, because InfluxDB has a shard for each.
"""

import argparse
import json
import math
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gateway.centre.stores.influx.rollups import TARGETS
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import InfluxSettings, StoreSettings
from gateway.simulate.history.filling import HistoryFilled, fill
from gateway.simulate.history.rows import History
from gateway.simulate.history.town import Period
from tests.system.servers import influxdb, victoria, wait_until

_END_S = 1_795_651_200
"""Thursday, 26 November 2026, 0:00 UTC, at which a weekly shard of InfluxDB ends."""

_COMPACTED_S, _MERGE_AGAIN_S = 900.0, 60.0
"""How long to wait, and after how long VictoriaMetrics is asked again: it does not merge a part that is written during a merge."""

_COLD = ("INFLUXDB_DATA_CACHE_SNAPSHOT_WRITE_COLD_DURATION=5s", "INFLUXDB_DATA_COMPACT_FULL_WRITE_COLD_DURATION=10s")
"""InfluxDB compacts a shard after so long without writes; by default, four hours."""


_NO_PARTS = ("tmp", "txn")
"""Folders of VictoriaMetrics beside the parts of a month."""


class StoredSize(NamedTuple):
    """What a part of a store takes: its bytes, per value written (of raw readings), and in a year."""

    store: str
    part: str
    mib: float
    bytes_a_value: float | None
    year_gib: float
    asset_year_mib: float


class MeasuredTown(NamedTuple):
    """How long a history of how many assets is, and the interval of its readings."""

    days: int
    assets: int
    every_s: float

    def history(self) -> History:
        """Return the history from its beginning."""
        return History(self.assets, Period(_END_S - 86_400 * self.days, _END_S), self.every_s, 1)

    def size(self, store: str, part: str, taken: int, values: int | None) -> StoredSize:
        """Return what a part takes."""
        year = taken * 365 / self.days
        per_value = None if values is None else round(taken / values, 2)
        return StoredSize(store, part, round(taken / 2**20, 1), per_value, round(year / 2**30, 2), round(year / 2**20 / self.assets, 1))


def _taken(folder: Path) -> int:
    """Return the bytes that the files of a folder take on the disk, where holes in them take none."""
    return sum(512 * file.stat().st_blocks for file in folder.rglob("*") if file.is_file())


def _filled(settings: InfluxSettings, town: MeasuredTown) -> HistoryFilled:
    centre = CentreSettings(broker="mqtt://127.0.0.1:1", store=StoreSettings(influx=settings))
    done = fill(centre, "Europe/Rome", town.history(), lambda _: None)
    assert not done.refused, done
    return done


def in_influxdb(folder: Path, town: MeasuredTown) -> Iterator[StoredSize]:
    """Yield what readings, roll-ups and the list of series take in InfluxDB."""
    process, url = influxdb(folder, environment=_COLD)
    try:
        done = _filled(InfluxSettings(url=url), town)
        data, wal = folder / "influx/data/street", folder / "influx/wal/street"

        def is_compacted() -> bool:
            # `_series`, the list of series, has folders of numbers, too.
            shards = [len(list(shard.glob("*.tsm"))) for shard in data.glob("[!_]*/*") if shard.name.isdigit()]
            return set(shards) == {1} and not any(file.stat().st_size for file in wal.rglob("*.wal"))

        wait_until("one file for each shard", is_compacted, _COMPACTED_S)
        yield town.size("InfluxDB", "readings", _taken(data / "autogen"), done.values)
        for policy in TARGETS.values():
            yield town.size("InfluxDB", f"roll-up {policy}", _taken(data / policy), None)
    finally:
        process.stop()


def in_victoria(folder: Path, town: MeasuredTown) -> Iterator[StoredSize]:
    """Yield what readings and their index take in VictoriaMetrics."""
    process, url = victoria(folder)
    try:
        done = _filled(InfluxSettings(url=url, api="victoria"), town)
        urllib.request.urlopen(f"{url}/internal/force_flush", timeout=600).close()
        data, asked_s = folder / "victoria/data", -math.inf

        def is_merged() -> bool:
            nonlocal asked_s
            if time.monotonic() - asked_s > _MERGE_AGAIN_S:
                urllib.request.urlopen(f"{url}/internal/force_merge", timeout=600).close()
                asked_s = time.monotonic()
            months = {month.name for month in data.glob("*/2*")}
            return all(sum(part.is_dir() and part.name not in _NO_PARTS for part in data.glob(f"*/{month}/*")) == 1 for month in months)

        wait_until("one part for each month", is_merged, _COMPACTED_S)
        yield town.size("VictoriaMetrics", "readings", _taken(data), done.values)
        yield town.size("VictoriaMetrics", "index", _taken(folder / "victoria/indexdb"), None)
    finally:
        process.stop()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.storage", description=__doc__)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--assets", type=int, default=500)
    parser.add_argument("--every", type=float, default=300, help="seconds between two readings of a device; lamps at most every 900")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    town = MeasuredTown(given.days, given.assets, given.every)
    for measure in (in_influxdb, in_victoria):
        with tempfile.TemporaryDirectory() as folder:
            for one in measure(Path(folder), town):
                print(json.dumps(one._asdict()) if given.json else _line(one), flush=True)
    return 0


def _line(one: StoredSize) -> str:
    per_value = "" if one.bytes_a_value is None else f"{one.bytes_a_value:6.2f} bytes a value"
    return f"{one.store:16} {one.part:22} {one.mib:8.1f} MiB  a year {one.year_gib:7.2f} GiB, {one.asset_year_mib:6.1f} MiB an asset  {per_value}"


if __name__ == "__main__":
    sys.exit(main())
