"""Batches wait for their gateway's turn, and the newest stay."""

import pytest

from gateway.centre.city.inbox import CityInbox
from gateway.model.topics import GatewayId

ONE, OTHER = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "evil", "gw-1")


def test_of_a_gateway_that_sends_too_much_the_newest_batches_stay() -> None:
    inbox = CityInbox()
    for number in range(200):
        inbox.put(OTHER, bytes([number]), float(number))
    inbox.put(ONE, b"x", 200.0)
    taken = list(inbox.take(200.0))
    assert taken[1] == (ONE, b"x")
    while inbox:
        taken += inbox.take(200.0)
    assert [one.payload[0] for one in taken if one.sender == OTHER] == list(range(72, 200))
    assert inbox.dropped == 72
    assert inbox.dropped_since(0.0) == [("evil", "gw-1")]
    assert inbox.dropped_since(200.0) == []


def test_lateness_is_how_long_a_gateway_waits_for_others_and_not_for_its_own_batches() -> None:
    inbox = CityInbox()
    assert inbox.late_s(5.0) == 0.0
    inbox.put(ONE, b"1", 10.0)
    inbox.put(ONE, b"2", 11.0)
    assert inbox.late_s(14.0) == 4.0
    some = inbox.take(14.0)
    next(some)
    some.close()
    assert inbox
    assert inbox.late_s(20.0) == 0.0


def served(inbox: CityInbox, now_s: float, work_s: float) -> list[GatewayId]:
    """Work as long for each batch that is due."""
    found = list[GatewayId]()
    for one in inbox.take(now_s):
        inbox.spend(one.sender, work_s, now_s)
        found.append(one.sender)
    return found


def test_a_gateway_that_took_more_than_a_fifth_of_the_time_rests_while_others_are_served() -> None:
    inbox = CityInbox()
    for number in range(100):
        inbox.put(OTHER, bytes([number]), 10.0)
    assert served(inbox, 10.0, 0.1) == [OTHER] * 3
    inbox.put(ONE, b"x", 10.0)
    assert inbox.is_due(10.0)
    assert served(inbox, 10.0, 0.001) == [ONE]
    assert not inbox.is_due(10.2)
    assert inbox.late_s(10.2) == 0.0
    batches = [len(served(inbox, 10.0 + tick / 4, 0.1)) for tick in range(40)]
    assert sum(batches) in range(18, 21)
    assert inbox


def test_a_gateway_waits_for_itself_while_it_rests_and_for_others_afterwards() -> None:
    inbox = CityInbox()
    inbox.put(OTHER, b"1", 10.0)
    assert served(inbox, 10.0, 0.45) == [OTHER]
    inbox.put(OTHER, b"2", 10.1)
    assert inbox.late_s(10.9) == 0.0
    assert inbox.late_s(14.0) == pytest.approx(3.0)


def test_no_gateway_rests_for_longer_than_two_seconds_as_the_machine_may_have_stood_still() -> None:
    inbox = CityInbox()
    inbox.put(ONE, b"1", 10.0)
    assert served(inbox, 10.0, 60.0) == [ONE]
    inbox.put(ONE, b"2", 10.0)
    assert not inbox.is_due(11.9)
    assert inbox.is_due(12.0)
