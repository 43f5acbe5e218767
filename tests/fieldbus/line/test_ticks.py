"""Due ticks: the order of their deadlines, and ticks that are missed. Time is a number here."""

import math

from gateway.fieldbus.binding.bound_device import StreamGroup
from gateway.fieldbus.line.ticks import DueTicks, Tick, Turn, deadline_s


def tick(device: int, every_s: float, due_s: float, group: int = 0) -> Tick:
    return Tick(device, group, StreamGroup(every_s, (group,)), due_s)


def test_the_earliest_deadline_comes_last_and_of_equal_ones_the_first_device() -> None:
    ticks = [tick(0, 60.0, 0.0), tick(1, 1.0, 0.0), tick(2, 1.0, 0.0), tick(3, 1.0, 5.0)]
    due = DueTicks(ticks)
    assert [one.device for one in due.at(0.0)] == [0, 2, 1]
    assert due.release_s == 5.0


def test_a_tick_is_due_up_to_a_millisecond_early() -> None:
    due = DueTicks([tick(0, 1.0, 10.0)])
    assert due.at(9.998) == []
    assert len(due.at(9.9995)) == 1


def test_a_served_tick_is_due_again_at_its_next_instant_and_missed_ones_are_only_counted() -> None:
    one = tick(0, 1.0, 0.0)
    due = DueTicks([one])
    due.at(0.0)
    due.advance(one, 0.4)
    assert (one.due_s, due.missed, due.ready) == (1.0, 0, [])
    due.at(1.0)
    due.advance(one, 4.5)
    assert (one.due_s, due.missed) == (5.0, 3)
    assert due.at(4.6) == []
    assert due.at(5.0) == [one]


def test_everything_but_the_most_frequent_streams_is_brought_forward() -> None:
    frequent, rare, other = tick(0, 1.0, 9.0), tick(0, 60.0, 50.0, group=1), tick(1, 60.0, 50.0, group=1)
    due = DueTicks([frequent, rare, other])
    due.at(5.0)
    due.bring_forward(0, 5.0)
    assert due.at(5.0) == [rare]


def test_a_turn_is_late_at_the_earliest_deadline_of_its_ticks_and_a_probe_never() -> None:
    soon, late = tick(0, 1.0, 3.0), tick(0, 60.0, 3.0, group=1)
    turn = Turn(0, (0, 1), (late, soon))
    assert turn.deadline_s == deadline_s(soon) == 4.0
    assert turn.groups == (1, 0)
    assert Turn(0, (0,), ()).deadline_s == math.inf
    assert tick(0, 0.0, 3.0).turn.deadline_s == math.inf


def test_the_ticks_of_a_held_device_wait_until_it_is_resumed() -> None:
    due = DueTicks([tick(0, 1.0, 0.0), tick(1, 1.0, 0.0)])
    due.at(0.0)
    due.hold(0)
    assert [one.device for one in due.at(0.5)] == [1]
    assert [one.device for one in due.at(1.5)] == [1]
    due.resume(0)
    assert [one.device for one in due.at(1.5)] == [1, 0]
