"""Reads a device once through the product's own line, processor, journal and batch, and decodes the batch."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.processor import Processor
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.host.clock import now_ms
from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock, rows_of, unpack
from gateway.model.reading import Reading
from gateway.model.site.lines import LineSettings
from gateway.model.stream import decode_schema, value_in_unit


async def stored_values(device: BoundDevice, line: LineSettings, folder: Path) -> dict[tuple[str, int], tuple[object, int]]:
    """Let a line's owner read a device once into a journal; return the values and qualities in its batches, by point and channel."""
    processor = Processor(device)
    journal = Journal(folder / "journal.sqlite", JournalLimits(1 << 24, 86400.0, 86400.0), now_ms)
    thread = OneThread("journal")
    recorder = Recorder(journal, thread, lambda: Clock.SYNCED)
    write = recorder.register(processor.streams)
    recorder.store_schema()
    stop = asyncio.Event()

    def take(_: BoundDevice, readings: Sequence[Reading]) -> None:
        write(processor.process(readings))
        stop.set()

    driver, terms = build_line(line, [device], LearnedStore(None), now_ms)
    try:
        async with asyncio.timeout(30):
            await LineOwner("l", [device], driver, terms._replace(whole_seconds=False), take, now_ms).run(stop)
        await recorder.flush()
    finally:
        await thread.run(journal.close)
        thread.close()
    journal = Journal(folder / "journal.sqlite", JournalLimits(1 << 24, 86400.0, 86400.0), now_ms)
    found: dict[tuple[str, int], tuple[object, int]] = {}
    for entry in journal.waiting(0, 1000):
        batch = unpack(entry.body)
        streams = decode_schema(journal.schemas()[batch.schema]).streams
        for row in rows_of(batch):
            stream = streams[row.stream]
            for place, (field, raw) in enumerate(zip(stream.fields, row.values, strict=True)):
                value = value_in_unit(raw, field.converter())
                found[field.name, int(stream.tags.get("channel", 0))] = (value, (row.quality or {}).get(place, 0))
    journal.close()
    return found
