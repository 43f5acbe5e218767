"""The recorder: from single readings to batches, and what becomes of readings that the disk does not take."""

import os
from pathlib import Path

import pytest

from gateway.host.threads import OneThread
from gateway.journal.gaps import gap_stream
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock, Flag, rows_of, unpack
from gateway.model.reading import Reading
from gateway.model.stream import decode_schema, hash_of
from tests.journal.journals import EVENTS, LIMITS, TELEMETRY, Now, opened, recorder_of, refuse_writes


async def test_readings_are_numbered_by_their_streams_and_their_schema_is_stored(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now)
    recorder = Recorder(journal, thread, lambda: Clock.HOLDOVER)
    first = recorder.register([TELEMETRY])
    second = recorder.register([EVENTS, TELEMETRY])
    recorder.register_gaps(gap_stream("gw-1"))
    recorder.store_schema()
    first([Reading(0, 1000, [1], {})])
    second([Reading(1, 1000, [2], {})])
    assert await recorder.flush() == 2
    batch = unpack(journal.waiting(0, 9)[0].body)
    assert [(row.stream, row.values) for row in rows_of(batch)] == [(0, (1,)), (2, (2,))]
    assert batch.clock is Clock.HOLDOVER
    ((document_hash, document),) = journal.schemas().items()
    assert batch.schema == document_hash == hash_of(document)
    assert decode_schema(document).streams == (TELEMETRY, EVENTS, TELEMETRY, gap_stream("gw-1"))


async def test_within_a_stream_times_strictly_increase(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread, TELEMETRY, TELEMETRY)
    for t_ms in (1000, 1000, 990, 5000):
        write([Reading(0, t_ms, [t_ms], {})])
    write([Reading(1, 1000, [None], {0: 5})])
    assert await recorder.flush() == 5
    assert await recorder.flush() == 0
    batch = unpack(journal.waiting(0, 9)[0].body)
    rows = rows_of(batch)
    assert [(row.stream, batch.t0_ms + row.dt_ms) for row in rows] == [(0, 1000), (0, 1001), (0, 1002), (0, 5000), (1, 1000)]
    assert rows[4].quality == {0: 5}


async def test_times_move_with_the_clock_and_so_do_those_of_readings_on_their_way(tmp_path: Path, thread: OneThread) -> None:
    now = Now(8_000_000)
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread, TELEMETRY, TELEMETRY)
    write([Reading(0, 7_999_000, [1], {})])
    now.ms -= 3_600_000
    recorder.shift_pending(-3_600_000)
    write([Reading(0, 8_000_010, [2], {}), Reading(1, 3_500_000, [3], {})])
    now.ms += 30
    write([Reading(0, 4_400_020, [4], {})])
    await recorder.flush()
    now.ms += 60_001
    write([Reading(0, 8_000_000, [5], {})])
    assert [row[1] for row in recorder._pending.telemetry] == [8_000_000], "later, no reading is on its way any more"
    batch = unpack(journal.waiting(0, 9)[0].body)
    assert [batch.t0_ms + row.dt_ms for row in rows_of(batch)] == [4_399_000, 4_400_010, 3_500_000, 4_400_020]


async def test_readings_start_behind_the_newest_in_the_journal(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread)
    recorder.start_after(1000)
    for value in (1, 2):
        write([Reading(0, 900, [value], {})])
    await recorder.flush()
    batch = unpack(journal.waiting(0, 9)[0].body)
    assert [batch.t0_ms + row.dt_ms for row in rows_of(batch)] == [1001, 1002]


async def test_an_event_asks_for_a_flush_and_is_in_a_batch_of_its_own(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread, TELEMETRY, EVENTS)
    write([Reading(0, 1000, [1], {})])
    assert not recorder.urgent.is_set()
    write([Reading(1, 1000, ["lamp_failed"], {})])
    assert recorder.urgent.is_set()
    assert await recorder.flush() == 2
    assert not recorder.urgent.is_set()
    batches = [unpack(entry.body) for entry in journal.waiting(0, 9)]
    assert [(batch.flags, rows_of(batch)[0].stream) for batch in batches] == [(Flag.EVENTS, 1), (Flag(0), 0)]


async def test_readings_stay_in_memory_while_the_disk_is_not_writable(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread)
    refuse_writes(journal)
    write([Reading(0, 1000, [1], {})])
    assert await recorder.flush() == 0
    write([Reading(0, 2000, [2], {})])
    refuse_writes(journal, refuse=False)
    assert await recorder.flush() == 2
    assert journal.backlog().readings == 2


async def test_readings_that_memory_can_not_hold_become_a_reported_gap_and_events_go_last(
    tmp_path: Path, now: Now, thread: OneThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.journal.recorder.PENDING_LIMIT", 5)
    journal = opened(tmp_path, now)
    recorder = Recorder(journal, thread, lambda: Clock.SYNCED)
    write = recorder.register([TELEMETRY, EVENTS])
    recorder.register_gaps(gap_stream("gw-1"))
    recorder.store_schema()
    refuse_writes(journal)
    for n in range(8):
        write([Reading(0, 1000 + n, [n], {}), Reading(1, 1000 + n, [n], {})])
    assert await recorder.flush() == 0
    assert (recorder.recorded, recorder.dropped) == (16, 11)
    refuse_writes(journal, refuse=False)
    assert await recorder.flush() == 6
    first, second = (unpack(entry.body) for entry in journal.waiting(0, 9))
    assert [(batch.flags, [(row.stream, row.values[0]) for row in rows_of(batch)]) for batch in (first, second)] == [
        (Flag.EVENTS, [(1, 3), (1, 4), (1, 5), (1, 6), (1, 7)]),
        (Flag.EVENTS, [(2, 11)]),
    ]
    (row,) = rows_of(second)
    assert row.values == (11, "the disk was not writable and memory was full", 1.0, 1.007, None, None, None)
    assert await recorder.flush() == 0


async def test_readings_too_large_for_one_batch_become_several_and_one_that_fits_in_none_is_dropped_and_counted(
    tmp_path: Path, now: Now, thread: OneThread
) -> None:
    journal = opened(tmp_path, now, LIMITS._replace(bytes=1 << 30))
    recorder, write = recorder_of(journal, thread, *[TELEMETRY] * 1501)
    write([Reading(n, 1000, ["x" * 1000], {}) for n in range(1500)])
    write([Reading(1500, 1000, ["x" * 2_000_000], {})])
    await recorder.flush()
    assert recorder.dropped == 1
    assert "too large for a batch" in journal.gaps.all()[0].reason
    streams = [row.stream for entry in journal.waiting(0, 99) for row in rows_of(unpack(entry.body))]
    assert streams == list(range(1500))


async def test_a_full_disk_drops_nothing_and_everything_is_written_when_there_is_room(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread)
    journal.file.database.execute(f"PRAGMA max_page_count = {journal.file.value('PRAGMA page_count') + 4}")
    for number in range(200):
        write([Reading(0, now.ms + number, [f"{number:0500}"], {})])
        await recorder.flush()
    assert recorder.dropped == 0
    assert journal.backlog().readings < 200
    journal.file.database.execute("PRAGMA max_page_count = 1000000")
    await recorder.flush()
    await thread.run(journal.close)
    again = opened(tmp_path, now)
    assert again.backlog().readings == 200
    assert not list(tmp_path.glob("*.damaged-*"))


async def test_readings_in_memory_are_not_counted_as_journalled(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread)
    journal.file.database.execute(f"PRAGMA max_page_count = {journal.file.value('PRAGMA page_count')}")
    write([Reading(0, now.ms + number, [os.urandom(300).hex()], {}) for number in range(300)])
    assert await recorder.flush() == 0
    assert (recorder.recorded, recorder.dropped, journal.backlog().readings) == (300, 0, 0)


async def test_readings_that_wait_when_streams_change_keep_their_schema(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread, TELEMETRY)
    write([Reading(0, 1000, [1], {})])
    recorder.begin_schema()
    events, same = recorder.register([EVENTS]), recorder.register([TELEMETRY])
    recorder.end_schema()
    same([Reading(0, 1000, [2], {})])
    events([Reading(0, 900, [3], {})])
    assert await recorder.flush() == 3
    batches = [unpack(entry.body) for entry in journal.waiting(0, 9)]
    found = [
        (decode_schema(journal.schemas()[one.schema]).streams[row.stream], one.t0_ms + row.dt_ms, row.values)
        for one in batches
        for row in rows_of(one)
    ]
    assert found == [(EVENTS, 1001, (3,)), (TELEMETRY, 1000, (1,)), (TELEMETRY, 1001, (2,))]
    assert len(recorder._numbers.tables) == 1


async def test_a_new_schema_that_the_disk_does_not_take_is_stored_by_a_later_flush(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now)
    recorder, _ = recorder_of(journal, thread, TELEMETRY)
    recorder.begin_schema()
    write = recorder.register([TELEMETRY, EVENTS])
    recorder.end_schema()
    write([Reading(0, 1000, [1], {})])
    refuse_writes(journal)
    assert await recorder.flush() == 0
    refuse_writes(journal, refuse=False)
    assert await recorder.flush() == 1
    batch = unpack(journal.waiting(0, 9)[0].body)
    assert decode_schema(journal.schemas()[batch.schema]).streams == (TELEMETRY, EVENTS)


async def test_how_long_writes_take_is_counted_also_when_they_fail(
    tmp_path: Path, now: Now, thread: OneThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread)
    times_s = iter((10.0, 10.25, 20.0, 21.5))
    monkeypatch.setattr("gateway.journal.recorder.monotonic", lambda: next(times_s))
    write([Reading(0, 1000, [1], {})])
    await recorder.flush()
    assert (recorder.writes.count, recorder.writes.total_s, recorder.writes.slow) == (1, 0.25, 0)
    refuse_writes(journal)
    write([Reading(0, 2000, [2], {})])
    await recorder.flush()
    assert (recorder.writes.count, recorder.writes.slow, recorder.writes.slowest_s(30.0)) == (2, 1, 1.5)
