"""The gateway's readings of itself belong to streams with their fields."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from gateway.model.batch import rows_of, unpack
from gateway.model.stream import decode_schema
from tests.edge.edges import edge_in


async def test_each_report_is_recorded_in_the_stream_that_has_its_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QUALITY_S", "HEALTH_S", "HOUR_S"):
        monkeypatch.setattr(f"gateway.edge.telemetry.reporter.{name}", 0.01)
    edge, stop = edge_in(tmp_path), asyncio.Event()
    (document,) = edge._journal.schemas().values()
    streams = decode_schema(document).streams
    assert [stream.measurement for stream in streams] == ["traffic", "event", "gateway", "completeness", "gateway", "event", "gap"]
    reporter = edge._reporter
    reports = [
        asyncio.create_task(reporter.report_quality(stop)),
        asyncio.create_task(reporter.report_completeness(stop)),
        asyncio.create_task(reporter.report_health(stop, edge._journal, edge._thread)),
    ]
    reporter.report_memory(True)
    reported: set[int] = set()
    async with asyncio.timeout(10):
        while len(reported) < 4:
            await asyncio.wait(reports, timeout=0.01)
            await edge._recorder.flush()
            for entry in edge._journal.waiting(0, 1000):
                for row in rows_of(unpack(entry.body)):
                    assert len(row.values) == len(streams[row.stream].fields)
                    reported.add(row.stream)
    stop.set()
    await asyncio.gather(*reports)
    assert reported == {2, 3, 4, 5}


async def test_health_is_reported_again_after_an_error_of_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("gateway.edge.telemetry.reporter.HEALTH_S", 0.01)
    edge, stop = edge_in(tmp_path), asyncio.Event()
    errors = iter([sqlite3.OperationalError("disk I/O error")])

    def waiting() -> int:
        for error in errors:
            raise error
        stop.set()
        return 5

    monkeypatch.setattr(edge._journal, "waiting_batches", waiting)
    async with asyncio.timeout(10):
        await edge._reporter.report_health(stop, edge._journal, edge._thread)
    assert "can't count the batches in the journal (disk I/O error)" in caplog.text
    assert await edge._recorder.flush() == 1


async def test_a_slow_disk_is_reported_once_with_the_health_and_so_is_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 1000.0
    monkeypatch.setattr("gateway.edge.telemetry.reporter.monotonic", lambda: now_s)
    edge = edge_in(tmp_path)
    edge._recorder.writes.add(now_s, 2.5)
    for minute in range(70):
        now_s = 1000.0 + 60 * minute
        edge._reporter.report_slow_writes()
    await edge._recorder.flush()
    events = [row.values for entry in edge._journal.waiting(0, 1000) for row in rows_of(unpack(entry.body))]
    assert [event[:2] for event in events] == [("slow_writes", True), ("slow_writes", False)]
    assert "disco lento" in str(events[0][3])
