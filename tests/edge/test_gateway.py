"""What a gateway's parts do together: what it tells of itself is of the right stream, and what the journal needs is done."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.edge import journal_upkeep
from gateway.model.reading import Reading
from gateway.model.stream import decode_schema
from tests.edge.edges import edge_in

DAMAGED = sqlite3.DatabaseError("database disk image is malformed")


async def test_what_a_gateway_tells_of_itself_is_of_the_stream_whose_fields_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QUALITY_S", "HEALTH_S", "HOUR_S"):
        monkeypatch.setattr(f"gateway.edge.telemetry.reporter.{name}", 0.01)
    edge, told = edge_in(tmp_path), dict[str, int]()
    (document,) = edge._journal.schemas().values()
    streams, stop = decode_schema(document).streams, asyncio.Event()

    def take(first: int, readings: Sequence[Reading]) -> None:
        for reading in readings:
            stream = streams[first + reading.stream]
            assert len(reading.values) == len(stream.fields)
            told[f"{stream.measurement} by {stream.profile}"] = len(stream.fields)

    monkeypatch.setattr(edge._self_report, "_take", take)
    telling = [
        asyncio.create_task(edge._self_report.tell_quality(stop)),
        asyncio.create_task(edge._self_report.tell_completeness(stop)),
        asyncio.create_task(edge._self_report.tell_health(stop, edge._journal, edge._thread)),
    ]
    async with asyncio.timeout(10):
        while len(told) < 3:
            await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*telling)
    assert {name.split()[0] for name in told} == {"gateway", "completeness"}
    assert "gateway by gateway" in told


async def test_a_journal_that_is_found_damaged_is_renewed_and_schemas_that_nothing_refers_to_are_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_upkeep, "_LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(journal_upkeep, "_PRUNE_EVERY_S", 0.0)
    edge, stop = edge_in(tmp_path), asyncio.Event()
    renewed: list[Exception] = []
    cleared: list[bytes] = []

    def damaged() -> bool:
        if not renewed:
            raise DAMAGED
        return False

    def clear(document_hash: bytes) -> None:
        cleared.append(document_hash)
        stop.set()

    monkeypatch.setattr(edge._journal, "changed_elsewhere", damaged)
    monkeypatch.setattr(edge._journal, "renew", renewed.append)
    monkeypatch.setattr(edge._journal, "prune", lambda: [b"schema.8"])
    monkeypatch.setattr(edge._uplink, "forget_schema", clear)
    async with asyncio.timeout(10):
        await journal_upkeep.look_after(edge._journal, edge._uplink, edge._thread, stop)
    assert (renewed[0], cleared[0]) == (DAMAGED, b"schema.8")
