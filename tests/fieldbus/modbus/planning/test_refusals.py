"""What is learned from refused reads, in virtual time."""

import pytest

from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.fieldbus.modbus.planning.read_plan import Hole, Read
from gateway.fieldbus.modbus.planning.refusals import Refusals, slot_name
from tests.fieldbus.made_devices import device, point


def refusals(*addresses: int, learned: Learned | None = None) -> Refusals:
    return Refusals(device(*(point(address) for address in addresses)), learned or Learned("made"), 0.0)


def test_a_read_is_split_at_its_middlemost_gap() -> None:
    one = refusals(10, 11, 14, 20)
    assert one.split(Read(3, 10, 11, (0, 1, 2, 3))) == (Read(3, 10, 2, (0, 1)), Hole(3, 12, 14), Read(3, 14, 7, (2, 3)))


def test_a_read_without_gaps_is_split_at_a_boundary() -> None:
    assert refusals(10, 11).split(Read(3, 10, 2, (0, 1))) == (Read(3, 10, 1, (0,)), Hole(3, 11, 11), Read(3, 11, 1, (1,)))


def test_overlapping_points_are_never_split() -> None:
    made = device(point(10, "uint32"), point(11))
    assert Refusals(made, Learned("made"), 0.0).split(Read(3, 10, 2, (0, 1))) is None


def test_a_refused_point_is_retried_at_growing_intervals() -> None:
    one, now_s = refusals(10, 11), 0.0
    for wait_s in (30.0, 60.0, 120.0):
        one.record_refused((1,), now_s)
        assert one.left_out(now_s + wait_s - 1) == {1}
        assert one.due_for_retry(now_s + wait_s - 1) == frozenset()
        now_s += wait_s
        assert one.left_out(now_s) == frozenset()
        assert one.due_for_retry(now_s) == {1}
    assert one.uncovered() == ["p11"]


@pytest.mark.parametrize(("once_read", "longest_s"), [(False, 3600.0), (True, 300.0)])
def test_the_retry_interval_stays_short_for_a_point_that_was_once_read(once_read: bool, longest_s: float) -> None:
    one = refusals(10)
    if once_read:
        assert one.record_read((0,)) is False
    for _ in range(12):
        one.record_refused((0,), 0.0)
    assert one.left_out(longest_s - 1) == {0}
    assert one.due_for_retry(longest_s) == {0}


def test_a_point_that_is_read_again_is_no_longer_refused() -> None:
    one = refusals(10, 11)
    one.record_refused((1,), 0.0)
    assert one.record_read((0, 1)) is True
    assert one.uncovered() == []
    assert one.record_read((0, 1)) is False


def test_holes_and_points_that_were_never_read_are_stored() -> None:
    one = refusals(10, 11, 14, learned=Learned("made", (Hole(3, 12, 14),), ("p14", "gone")))
    assert one.left_out(0.0) == {2}
    one.record_read((0,))
    one.record_refused((0, 1), 0.0)
    assert one.to_store() == Learned("made", (Hole(3, 12, 14),), ("p11", "p14"))


def test_points_of_a_channel_are_named_with_it() -> None:
    made = device(point(10, stride=4), point(2))
    assert [slot_name(made, number) for number in (0, 1)] == ["p10@0", "p2"]
