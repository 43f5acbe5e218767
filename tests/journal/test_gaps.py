"""Losses in memory, gaps in the journal, and the readings that report them."""

from pathlib import Path

from gateway.host.threads import OneThread
from gateway.journal.entries import Gap
from gateway.journal.gaps import Loss, gap_stream, gap_values
from gateway.model.batch import rows_of, unpack
from tests.journal.journals import LIMITS, Now, append, opened, recorder_of


def test_losses_add_up_and_keep_the_last_reason() -> None:
    loss = Loss().plus(20, 30, 2, "one").plus(10, 25, 3, "another")
    assert loss == Loss(10, 30, 5, "another")
    assert loss
    assert not Loss()
    assert loss.gap(99) == Gap(99, None, None, None, 10, 30, 5, "another")


def test_a_gap_is_a_reading_with_times_in_seconds_and_the_numbers_of_its_batches() -> None:
    gap = Gap(9000, b"epoch..1", 3, 5, 1000, 2500, 12, "the journal was full")
    assert gap_values(gap) == [12, "the journal was full", 1.0, 2.5, b"epoch..1".hex(), 3, 5]
    assert gap_values(Loss(None, None, 1, "x").gap(1)) == [1, "x", None, None, None, None, None]
    assert [field.name for field in gap_stream("gw-1").fields][:2] == ["readings", "reason"]
    assert len(gap_stream("gw-1").fields) == 7


async def test_a_gap_is_reported_once_and_one_that_was_not_reported_is_after_a_restart(tmp_path: Path, now: Now, thread: OneThread) -> None:
    journal = opened(tmp_path, now, LIMITS._replace(age_s=10))
    append(journal)
    now.ms += 11_000
    journal.prune()
    journal.close()
    journal = opened(tmp_path, now)
    assert journal.gaps.unreported
    recorder, _ = recorder_of(journal, thread)
    recorder.register_gaps(gap_stream("gw-1"))
    assert await recorder.flush() == 1
    (row,) = rows_of(unpack(journal.waiting(0, 9)[0].body))
    assert (row.stream, row.values[:2], row.values[5:]) == (1, (1, "waited longer than the journal keeps batches"), (0, 0))
    assert await recorder.flush() == 0
    await thread.run(journal.close)
    assert not opened(tmp_path, now).gaps.unreported


def test_gaps_are_reported_a_hundred_at_a_time(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    gaps = [Gap(n, None, None, None, None, None, n, "because") for n in range(150)]
    for gap in gaps:
        journal.gaps.record(gap)
    assert journal.gaps.all() == gaps
    found = journal.gaps.next_unreported()
    assert [gap for _, gap in found] == gaps[:100]
    with journal.file.transaction() as database:
        database.execute("UPDATE gaps SET reported = 1")
    assert journal.gaps.next_unreported() == []
    assert not journal.gaps.unreported
