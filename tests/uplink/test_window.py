"""The window of batches that were sent and have no receipt."""

from gateway.journal.entries import BatchNumber
from gateway.uplink.window import BATCHES, BYTES, REFUSED_S, SendWindow


def number(seq: int) -> BatchNumber:
    return BatchNumber(b"epoch..8", seq)


def test_the_window_is_full_after_a_number_of_batches_or_bytes() -> None:
    window = SendWindow()
    for seq in range(BATCHES):
        assert window.has_room(100)
        window.record_sent(number(seq), 100, 0.0)
    assert not window.has_room(1)
    window.settle(number(3))
    assert window.has_room(100)
    assert not window.has_room(BYTES)


def test_an_empty_window_takes_a_batch_of_any_size() -> None:
    assert SendWindow().has_room(2 * BYTES)


def waits_s(window: SendWindow, times: int) -> list[float]:
    """Send the first batch again whenever it is due, and return how long each wait was."""
    now_s, waits = 0.0, []
    for _ in range(times):
        due_s = window.next_due_s()
        assert due_s is not None
        assert window.due(due_s) == number(1)
        waits.append(due_s - now_s)
        now_s = due_s
        window.record_sent(number(1), 10, now_s)
        assert window.due(now_s) is None
    return waits


def test_only_the_oldest_batch_is_sent_again_and_each_time_later() -> None:
    window = SendWindow()
    window.record_sent(number(1), 10, 0.0)
    window.record_sent(number(2), 10, 0.0)
    assert window.due(29.9) is None
    assert waits_s(window, 8) == [30, 60, 120, 240, 480, 600, 600, 600]


def test_a_receipt_gives_the_next_oldest_batch_its_full_time() -> None:
    """After an outage of the store receipts arrive one by one: the next is on its way, and its batch must not be sent again."""
    window = SendWindow()
    for seq in range(3):
        window.record_sent(number(seq), 10, 0.0)
    assert window.settle_range(b"epoch..8", 0, 0, 500.0) == 1
    assert window.due(529.9) is None
    assert window.due(530.0) == number(1)


def test_a_batch_that_later_ones_overtook_is_sent_again_soon_and_each_time_later() -> None:
    """A broker discards what has no room in its queue, and a worker that died takes its share of batches with it."""
    window = SendWindow()
    window.record_sent(number(1), 10, 0.0)
    window.record_sent(number(2), 10, 0.5)
    window.settle_range(b"epoch..8", 2, 2, 0.7)
    assert waits_s(window, 5) == [2, 4, 8, 16, 32]


def test_an_overtaken_batch_waits_as_long_as_receipts_take_at_present() -> None:
    """A centre that is slow must not get every batch twice."""
    window = SendWindow()
    for seq in range(20):
        window.record_sent(number(seq), 10, 10.0 * seq)
        window.settle_range(b"epoch..8", seq, seq, 10.0 * seq + 6)
    window.record_sent(number(20), 10, 200.0)
    window.record_sent(number(21), 10, 200.0)
    window.settle_range(b"epoch..8", 21, 21, 206.0)
    assert window.due(206.0) is None
    due_s = window.next_due_s()
    assert due_s is not None
    assert 206.0 < due_s < 210.0


def test_the_slower_the_centre_is_with_what_is_sent_again_the_less_is_sent_again() -> None:
    """Which of the two a receipt confirms is unknown: it counts from the first, as if the second had not been needed."""
    window, waits = SendWindow(), list[float]()
    for seq in range(0, 40, 2):
        now_s = 10.0 * seq
        window.record_sent(number(seq), 10, now_s)
        window.record_sent(number(seq + 1), 10, now_s)
        window.settle_range(b"epoch..8", seq + 1, seq + 1, now_s + 0.5)
        due_s = window.next_due_s()
        assert due_s is not None
        waits.append(due_s - now_s)
        if waits[-1] < 8:
            window.record_sent(number(seq), 10, due_s)
        window.settle_range(b"epoch..8", seq, seq, now_s + 8)
    assert waits[0] == 2
    assert waits[-1] > 8


def test_an_overtaken_batch_is_sent_again_in_its_time_however_many_are_settled_meanwhile() -> None:
    window = SendWindow()
    for seq in range(4):
        window.record_sent(number(seq), 10, 0.0)
    window.settle_range(b"epoch..8", 2, 2, 1.0)
    for seq in range(4, 30):
        window.record_sent(number(seq), 10, float(seq))
        window.settle_range(b"epoch..8", seq, seq, float(seq))
    again = []
    while (due := window.due(30.0)) is not None:
        again.append(due.seq)
        window.record_sent(due, 10, 30.0)
    assert again == [0, 1, 3]


def test_a_batch_that_the_broker_refused_is_sent_again() -> None:
    window = SendWindow()
    for seq in range(3):
        window.record_sent(number(seq), 10, 0.0)
    window.schedule_retry(number(1), 2.0, REFUSED_S)
    assert window.due(11.9) is None
    assert window.due(12.0) == number(1)


def test_a_batch_that_the_centre_wants_again_is_due_soon() -> None:
    window = SendWindow()
    window.record_sent(number(1), 10, 0.0)
    window.record_sent(number(2), 10, 0.0)
    window.schedule_retry(number(2), 5.0)
    window.schedule_retry(number(9), 5.0)
    assert window.due(5.5) is None
    assert window.due(6.0) == number(2)


def test_a_range_settles_only_its_epoch() -> None:
    window = SendWindow()
    for seq in range(5):
        window.record_sent(number(seq), 10, 0.0)
    window.record_sent(BatchNumber(b"another.", 2), 10, 0.0)
    assert window.settle_range(b"epoch..8", 1, 3, 0.0) == 3
    assert len(window) == 3
    assert BatchNumber(b"another.", 2) in window


def test_a_reset_window_is_empty() -> None:
    window = SendWindow()
    window.record_sent(number(1), BYTES, 0.0)
    window.reset()
    assert len(window) == 0
    assert window.has_room(BYTES)
    assert window.next_due_s() is None


def test_a_backlog_uses_half_of_the_window_and_leaves_the_rest_to_new_batches() -> None:
    window = SendWindow()
    window.record_sent(number(999), BYTES // 2, 0.0, backlog=True)
    window.settle_range(b"epoch..8", 999, 999, 0.1)
    late = 0
    while window.has_room(100, backlog=True):
        window.record_sent(number(late), 100, 0.0, backlog=True)
        late += 1
    assert late == BATCHES // 2
    for seq in range(BATCHES // 2):
        assert window.has_room(100)
        window.record_sent(number(1000 + seq), 100, 0.0)
    assert not window.has_room(100)
    window.settle(number(5))
    assert window.has_room(100, backlog=True)
    window.reset()
    window.record_sent(number(999), BYTES // 2, 0.0, backlog=True)
    window.settle_range(b"epoch..8", 999, 999, 0.1)
    window.record_sent(number(1), BYTES // 2 - 10, 0.0, backlog=True)
    assert not window.has_room(11, backlog=True)
    assert window.has_room(11)


def test_one_batch_of_a_backlog_may_always_be_sent_whatever_its_size() -> None:
    window = SendWindow()
    window.record_sent(number(1), 100, 0.0)
    assert window.has_room(BYTES - 100, backlog=True)


def fill(window: SendWindow, first: int, size: int, now_s: float) -> int:
    """Send a backlog as far as it has room. Return how many batches."""
    count = 0
    while window.has_room(size, backlog=True):
        window.record_sent(number(first + count), size, now_s, backlog=True)
        count += 1
    return count


def test_a_backlog_uses_more_of_the_window_while_receipts_are_in_time_and_never_more_than_half() -> None:
    window, seq, now_s, counts = SendWindow(), 0, 0.0, []
    for _ in range(8):
        count = fill(window, seq, 20_000, now_s)
        counts.append(count)
        window.settle_range(b"epoch..8", seq, seq + count - 1, now_s + 0.2)
        seq, now_s = seq + count, now_s + 0.2
    assert counts == [1, 1, 2, 4, 8, 16, 26, 26]


def test_a_backlog_on_a_slow_link_falls_to_one_batch_and_never_stops() -> None:
    window, seq, now_s = SendWindow(), 0, 0.0
    for way_s in (0.2, 0.2, 0.2, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0):
        count = fill(window, seq, 20_000, now_s)
        window.settle_range(b"epoch..8", seq, seq + count - 1, now_s + way_s)
        seq, now_s = seq + count, now_s + way_s
    assert fill(window, seq, 20_000, now_s) == 1
    assert window.has_room(20_000), "new batches have their own room"


def test_a_receipt_of_a_resent_batch_says_nothing_about_the_link() -> None:
    window = SendWindow()
    window.record_sent(number(0), 20_000, 0.0, backlog=True)
    window.record_sent(number(0), 20_000, 30.0)
    window.settle_range(b"epoch..8", 0, 0, 30.1)
    assert fill(window, 1, 20_000, 31.0) == 1


def test_after_a_reset_a_backlog_starts_with_one_batch_again() -> None:
    window = SendWindow()
    for seq in range(5):
        count = fill(window, 100 * seq, 20_000, float(seq))
        window.settle_range(b"epoch..8", 100 * seq, 100 * seq + count - 1, seq + 0.1)
    assert fill(window, 1000, 20_000, 9.0) > 5
    window.reset()
    assert fill(window, 2000, 20_000, 9.0) == 1
