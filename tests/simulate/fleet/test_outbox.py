"""What a simulated gateway sends when: by the rules of a real one."""

from gateway.model.messages import Receipt, Refusal
from gateway.simulate.fleet.outbox import Outbox
from gateway.uplink.window import BATCHES, FIRST_RESEND_S

EPOCH = bytes(8)


def outbox(batches: int, *, made_s: float = 0.0) -> Outbox:
    """An outbox of an open connection with some batches."""
    one = Outbox(EPOCH)
    for number in range(batches):
        one.add(f"batch {number}".encode(), 10 + number, made_s)
    return one


def sent(one: Outbox, now_s: float) -> list[str]:
    return [batch.body.decode() for batch in one.outgoing(now_s)]


def test_batches_are_sent_once_in_order() -> None:
    one = outbox(3)
    assert sent(one, 0.0) == ["batch 0", "batch 1", "batch 2"]
    assert sent(one, 1.0) == []
    one.add(b"batch 3", 1, 1.0)
    assert sent(one, 1.0) == ["batch 3"]


def test_no_more_are_under_way_than_the_window_has_room_for() -> None:
    one = outbox(BATCHES + 5)
    assert len(sent(one, 0.0)) == BATCHES
    one.settle(Receipt(EPOCH.hex(), stored=[(0, 1)]), 1.0)
    assert sent(one, 1.0) == [f"batch {BATCHES}", f"batch {BATCHES + 1}"]


def test_a_batch_without_a_receipt_is_sent_again_when_it_is_late() -> None:
    one = outbox(1)
    sent(one, 0.0)
    assert sent(one, FIRST_RESEND_S - 0.1) == []
    (again,) = one.outgoing(FIRST_RESEND_S)
    assert again.times_sent == 2


def test_a_receipt_settles_its_batches_and_returns_them() -> None:
    one = outbox(4)
    sent(one, 0.0)
    settled = one.settle(Receipt(EPOCH.hex(), stored=[(0, 1)], rejected=[Refusal(2, "bad")]), 1.0)
    assert ([batch.points for batch in settled.stored], settled.rejected, len(one)) == ([10, 11], 1, 1)
    assert one.settle(Receipt(EPOCH.hex(), stored=[(0, 1)]), 1.0).stored == []


def test_a_receipt_of_another_epoch_settles_nothing() -> None:
    one = outbox(2)
    sent(one, 0.0)
    assert one.settle(Receipt("ff" * 8, stored=[(0, 1)], rejected=[Refusal(1, "bad")]), 1.0) == ([], 0)
    assert len(one) == 2


def test_a_batch_that_the_centre_wants_again_is_sent_again_soon() -> None:
    one = outbox(2)
    sent(one, 0.0)
    one.settle(Receipt(EPOCH.hex(), retry=[Refusal(1, "no schema")]), 1.0)
    assert sent(one, 1.5) == []
    assert sent(one, 3.0) == ["batch 1"]


def test_after_an_outage_new_batches_come_first_and_the_backlog_beside_them_one_by_one() -> None:
    one = outbox(3)
    one.forget_sent()
    one.add(b"new", 1, 60.0)
    one.start_over(62.0)
    assert sent(one, 62.0) == ["new", "batch 0"]
    one.settle(Receipt(EPOCH.hex(), stored=[(0, 0)]), 62.1)
    assert sent(one, 62.1)[0] == "batch 1"


def test_a_new_worker_receives_everything_again() -> None:
    one = outbox(2)
    assert sent(one, 0.0) == ["batch 0", "batch 1"]
    one.start_over(1.0)
    assert sent(one, 1.0) == [], "the same worker still has them"
    one.forget_sent()
    one.start_over(2.0)
    assert sent(one, 2.0) == ["batch 0", "batch 1"]
