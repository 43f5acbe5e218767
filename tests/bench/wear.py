"""How much the journal writes to the disk, per value and per day, by flush interval and load.

`python -m tests.bench.wear [--json]` runs the journal on the disk of the temporary folder, with a clock of its own: an hour of a gateway takes
seconds. Bytes are the kernel's count for this process (`write_bytes` of /proc/self/io, proc(5)). The disk's own count is shown too
(/sys/dev/block/…/stat); it includes the journal of the file system, and whatever else is written meanwhile.
"""

import argparse
import asyncio
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock

FLUSHES_S = (1.0, 5.0, 10.0, 30.0)
LOADS = {10_000: 200, 100: 10, 10: 1}
"""Number of devices by values per second; each device is read once per second."""

PRUNE_S, KEEP_S = 60.0, 120.0
"""Stored batches are kept for less time than in a gateway, so that pruning is part of the measurement."""
MEASURED_FLUSHES = 600
CARD_BYTES = 32e9 * 125
"""Assumed endurance of a 32 GB card in bytes written by its host: 500 erase cycles, and four bytes written internally for each."""
_NOW_MS = 1_795_400_000_000
_DAY_S, _YEAR_S = 86_400, 31_557_600


class Wear(NamedTuple):
    """Result of one load with one flush interval."""

    flush_s: float
    values_a_second: int
    bytes_a_value: float
    megabytes_a_day: float
    disk_megabytes_a_day: float | None
    card_years: float


class _Run:
    """A journal and its recorder under one load, and their clock."""

    def __init__(self, folder: Path, flush_s: float, values_a_second: int) -> None:
        self.flush_s, self.devices = flush_s, LOADS[values_a_second]
        self.fields = values_a_second // self.devices
        self.now_ms = _NOW_MS
        self.journal = Journal(folder / "journal.sqlite", JournalLimits(1 << 30, 7 * _DAY_S, KEEP_S), lambda: self.now_ms)
        self.thread = OneThread("journal")
        self.recorder = Recorder(self.journal, self.thread, b"schema.8", lambda: Clock.SYNCED)
        self._second = 0
        self._prune_at_ms = self.now_ms

    async def flush(self) -> None:
        """Record the readings of one flush interval, flush them, and confirm what was written before."""
        for _ in range(int(self.flush_s)):
            self._second += 1
            self.now_ms += 1000
            self.recorder.record(0, self._readings())
        await self.recorder.flush()
        for entry in await self.thread.run(self.journal.waiting, 0, 100):
            self.journal.stored(entry.number.epoch, [(entry.number.seq, entry.number.seq)])
        if self.now_ms >= self._prune_at_ms:
            self._prune_at_ms = self.now_ms + int(1000 * PRUNE_S)
            await self.thread.run(self.journal.prune)

    def _readings(self) -> Iterator[tuple[int, int, list[int | float | str | bool | None], dict[int, int]]]:
        """Yield readings as of meters: registers that vary a little around a mean."""
        for device in range(self.devices):
            yield (
                device,
                self.now_ms + device,
                [2300 + int(40 * math.sin(self._second / 9 + device + 7 * n)) for n in range(self.fields)],
                {},
            )


async def measure(flush_s: float, values_a_second: int) -> Wear:
    """Run one load until pruning is under way, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        run = _Run(Path(folder), flush_s, values_a_second)
        for _ in range(int(2 * KEEP_S / flush_s)):
            await run.flush()
        before, disk_before = _written(), _disk_written(Path(folder))
        for _ in range(MEASURED_FLUSHES):
            await run.flush()
        written, disk = _written() - before, _disk_written(Path(folder))
        await run.thread.run(run.journal.close)
        run.thread.close()
    seconds = MEASURED_FLUSHES * flush_s
    a_day = written / seconds * _DAY_S
    disk_a_day = None if disk is None or disk_before is None else (disk - disk_before) / seconds * _DAY_S / 1e6
    return Wear(
        flush_s, values_a_second, written / (seconds * values_a_second), a_day / 1e6, disk_a_day, CARD_BYTES / a_day * _DAY_S / _YEAR_S
    )


def _written() -> int:
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["write_bytes"]) - int(fields["cancelled_write_bytes"])


def _disk_written(folder: Path) -> int | None:
    """Return the bytes written to the disk of a folder by its own count: the seventh field, in sectors of 512 bytes (Linux, Documentation/block/stat.rst)."""
    device = folder.stat().st_dev
    try:
        return 512 * int(Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat").read_text().split()[6])
    except OSError:
        return None


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true")
    as_json = options.parse_args().json
    found = []
    for flush_s in FLUSHES_S:
        for values in LOADS:
            one = await measure(flush_s, values)
            found.append(one)
            disk = "" if one.disk_megabytes_a_day is None else f"; by the count of the disk {one.disk_megabytes_a_day:,.0f} MB"
            said = f"flush {flush_s:g} s, {values} values per second: {one.bytes_a_value:.1f} bytes per value, {one.megabytes_a_day:,.0f} MB per day"
            print(f"{said}{disk}; a 32 GB card lasts {one.card_years:.1f} years", file=sys.stderr, flush=True)
    if as_json:
        print(msgspec.json.encode({"wear": [one._asdict() for one in found]}).decode())


if __name__ == "__main__":
    asyncio.run(main())
