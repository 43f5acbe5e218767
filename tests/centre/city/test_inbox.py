"""Batches wait for their gateway's turn, and the newest stay."""

from gateway.centre.city.inbox import CityInbox
from gateway.model.topics import GatewayId

ONE, OTHER = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "evil", "gw-1")


def test_of_a_gateway_that_sends_too_much_the_newest_batches_stay() -> None:
    inbox = CityInbox()
    for number in range(200):
        inbox.put(OTHER, bytes([number]), float(number))
    inbox.put(ONE, b"x", 200.0)
    taken = list(inbox.take())
    assert taken[1] == (ONE, b"x")
    while inbox:
        taken += inbox.take()
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
    some = inbox.take()
    next(some)
    some.close()
    assert inbox
    assert inbox.late_s(20.0) == 0.0
