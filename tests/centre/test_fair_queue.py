"""Gateways are served in turn."""

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from gateway.centre.fair_queue import FairQueue, QueueLimits, Waits, work_of
from gateway.model.topics import GatewayId


class Sent(NamedTuple):
    """A message of a gateway."""

    sender: int
    number: int
    payload: bytes


def gateway(number: int) -> GatewayId:
    return GatewayId("prato", "citelum", f"gw-{number}")


def put(queue: FairQueue[Sent], sender: int, number: int, payload: bytes = b"x") -> Waits:
    return queue.put(gateway(sender), Sent(sender, number, payload))


def shown(taken: Iterable[Sent]) -> list[tuple[int, int]]:
    return [(one.sender, one.number) for one in taken]


def test_a_round_takes_one_message_of_each_gateway_in_turn() -> None:
    queue = FairQueue[Sent]()
    for number in range(3):
        put(queue, 1, number)
    put(queue, 2, 0)
    put(queue, 3, 0)
    assert shown(queue.take()) == [(1, 0), (2, 0), (3, 0), (1, 1), (1, 2)]
    assert not queue
    assert len(queue) == 0


def test_a_round_that_ends_early_leaves_the_rest_for_the_next() -> None:
    queue = FairQueue[Sent]()
    for sender in (1, 2, 3):
        put(queue, sender, 0)
        put(queue, sender, 1)
    queue.set_apart(gateway(3), apart=True)
    for expected in ([(3, 0)], [(1, 0)], [(3, 1)], [(2, 0)], [(1, 1)], [(2, 1)]):
        some = queue.take()
        assert shown(islice(some, 1)) == expected
        some.close()
    assert not queue


def test_a_message_of_a_quiet_gateway_is_in_the_next_round_whatever_another_sends() -> None:
    """A hundred batches of a few bytes that unpack to a megabyte each: counted packed, they would all be in one round."""
    bomb = zstandard.ZstdCompressor().compress(bytes(1 << 20))
    assert len(bomb) < 200
    queue = FairQueue[Sent]()
    for number in range(100):
        put(queue, 1, number, bomb)
    assert len(list(queue.take())) == 1
    put(queue, 2, 0)
    assert shown([*queue.take(), *queue.take()])[:2] == [(2, 0), (1, 1)]


def test_a_gateway_with_small_messages_does_not_wait_for_a_large_one_of_another_before_each_of_its_own() -> None:
    """A round would have few of them. If it sends more meanwhile, each waits longer than the one before."""
    large = zstandard.ZstdCompressor().compress(bytes(1 << 18))
    queue = FairQueue[Sent]()
    for number in range(10):
        put(queue, 1, number, large)
    some = queue.take()
    assert shown(islice(some, 1)) == [(1, 0)]
    some.close()
    for number in range(20):
        put(queue, 2, number)
    assert shown(queue.take())[:21] == [*((2, number) for number in range(20)), (1, 1)]


@given(st.lists(st.integers(0, 1 << 16), min_size=1, max_size=60), st.lists(st.integers(0, 1 << 16), min_size=1, max_size=60))
def test_of_two_gateways_that_wait_none_gets_more_work_done_than_the_other_but_for_one_message(one: list[int], other: list[int]) -> None:
    queue, most = FairQueue[Sent](QueueLimits(bytes=4 << 20)), 2048 + (1 << 16)
    for sender, sizes in enumerate((one, other)):
        for number, size in enumerate(sizes):
            put(queue, sender, number, bytes(size))
    done, left = Counter[int](), Counter({0: len(one), 1: len(other)})
    while queue and all(left.values()):
        some = queue.take()
        for sent in some:
            done[sent.sender] += 2048 + len(sent.payload)
            left[sent.sender] -= 1
            assert abs(done[0] - done[1]) <= most
            if not left[sent.sender]:
                break
        some.close()


def test_a_gateway_that_sends_its_next_message_when_the_one_before_is_served_gets_no_more_than_others() -> None:
    queue, found = FairQueue[Sent](), list[int]()
    for number in range(50):
        put(queue, 1, number)
    for number in range(300):
        put(queue, 2 + number % 2, number, bytes(100))
        some = queue.take()
        found.append(next(some).sender)
        some.close()
    assert found.count(1) == 50


def test_a_gateway_that_does_not_wait_meanwhile_saves_no_turns_and_is_not_ahead_either() -> None:
    """What is taken from an empty queue is still being stored when the next messages come."""
    large = zstandard.ZstdCompressor().compress(bytes(1 << 18))
    queue = FairQueue[Sent]()
    for number in range(3):
        put(queue, 1, number, large)
        assert shown(queue.take()) == [(1, number)]
    put(queue, 1, 3, large)
    put(queue, 2, 0)
    put(queue, 2, 1)
    assert shown(queue.take()) == [(2, 0), (2, 1), (1, 3)]


def test_so_many_gateways_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.fair_queue._REMEMBERED", 50)
    queue = FairQueue[Sent]()
    for sender in range(1000):
        put(queue, sender, 0)
        assert shown(queue.take()) == [(sender, 0)]
    assert len(queue._turns._work) <= 50


def test_a_gateway_that_rests_is_not_served_and_afterwards_it_is_again() -> None:
    queue = FairQueue[Sent](QueueLimits(round_messages=2))
    for number in range(4):
        put(queue, 1, number)
    some = queue.take()
    next(some)
    queue.set_resting(gateway(1), resting=True)
    assert shown(some) == []
    put(queue, 1, 4)
    queue.set_apart(gateway(1), apart=True)
    queue.set_apart(gateway(1), apart=False)
    assert queue
    assert not queue.has_turns
    put(queue, 2, 0)
    assert queue.has_turns
    assert shown(queue.take()) == [(2, 0)]
    queue.set_resting(gateway(1), resting=False)
    assert shown(queue.take()) == [(1, 1), (1, 2)]
    some = queue.take()
    next(some)
    next(some)
    queue.set_resting(gateway(1), resting=True)
    some.close()
    assert not queue.has_turns
    queue.set_resting(gateway(1), resting=False)
    put(queue, 1, 5)
    assert shown(queue.take()) == [(1, 5)]


def test_there_is_room_for_the_messages_of_others_when_one_gateway_floods() -> None:
    queue = FairQueue[Sent](QueueLimits(messages=5, bytes=100, total_bytes=120))
    assert [put(queue, 1, number) for number in range(7)] == [Waits.FIRST, *[Waits.LATER] * 4, *[Waits.DROPPED] * 2]
    assert put(queue, 2, 0, b"x" * 60) is Waits.FIRST
    assert put(queue, 2, 1, b"x" * 41) is Waits.DROPPED
    assert put(queue, 2, 1, b"x" * 40) is Waits.LATER
    assert put(queue, 3, 0, b"x" * 50) is Waits.FIRST, "in the place of the newest of the gateway that has most"
    assert sorted(shown(queue.take())) == [*((1, number) for number in range(5)), (2, 0), (3, 0)]
    assert queue.dropped == 4
    assert put(queue, 4, 0, b"x" * 101) is Waits.FIRST, "larger than any batch: it becomes a dead letter"


def test_where_the_newest_matters_the_oldest_of_who_has_too_much_is_dropped() -> None:
    queue = FairQueue[Sent](QueueLimits(messages=3, bytes=100, total_bytes=120), keep_newest=True)
    assert [put(queue, 1, number) for number in range(5)] == [Waits.FIRST, *[Waits.LATER] * 4]
    assert put(queue, 1, 5, b"x" * 98) is Waits.LATER
    assert put(queue, 1, 6, b"x") is Waits.LATER
    assert put(queue, 2, 0, b"x" * 60) is Waits.FIRST
    assert shown(queue.take()) == [(1, 6), (2, 0)]
    assert queue.dropped == 6


def test_a_gateway_that_waits_alone_has_the_whole_round() -> None:
    queue = FairQueue[Sent](QueueLimits(round_of_one=2, round_messages=5))
    for number in range(7):
        put(queue, 1, number)
    assert shown(queue.take()) == [(1, number) for number in range(5)]
    put(queue, 2, 0)
    assert shown(queue.take()) == [(2, 0), (1, 5), (1, 6)]


def test_a_gateway_that_is_set_apart_has_rounds_of_its_own_between_the_others() -> None:
    queue = FairQueue[Sent](QueueLimits(round_of_one=2))
    for number in range(4):
        put(queue, 1, number)
        put(queue, 2, number)
        put(queue, 3, number)
    queue.set_apart(gateway(1), apart=True)
    queue.set_apart(gateway(1), apart=True)
    rounds = [shown(queue.take()) for _ in range(4)]
    assert rounds == [[(1, 0), (1, 1)], [(2, 0), (3, 0), (2, 1), (3, 1)], [(1, 2), (1, 3)], [(2, 2), (3, 2), (2, 3), (3, 3)]]
    queue.set_apart(gateway(1), apart=False)
    put(queue, 1, 9)
    put(queue, 2, 9)
    assert shown(queue.take()) == [(1, 9), (2, 9)]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60), st.booleans()), max_size=120))
def test_whatever_comes_limits_hold_order_stays_and_nothing_that_was_first_is_dropped(steps: list[tuple[int, int, bool]]) -> None:
    limits = QueueLimits(messages=6, bytes=120, total_bytes=200, round_messages=5, round_bytes=90, round_of_one=3)
    queue, held, taken = FairQueue[Sent](limits), set[tuple[int, int]](), list[tuple[int, int]]()
    for number, (sender, size, apart) in enumerate(steps):
        queue.set_apart(gateway(sender), apart=apart)
        if put(queue, sender, number, b"x" * size) is Waits.FIRST:
            held.add((sender, number))
        assert (
            queue._total == sum(len(one.payload) for some in queue._waiting.values() for one in some) <= limits.total_bytes + limits.bytes
        )
        assert all(len(some) <= limits.messages for some in queue._waiting.values())
        if size % 7 == 0:
            found = list(queue.take())
            assert len(found) <= limits.round_messages
            for one, count in Counter(each.sender for each in found).items():
                others = queue._waiting.keys() - queue._apart - {gateway(one)}
                assert count <= limits.round_of_one or not (others or gateway(one) in queue._apart)
            taken += shown(found)
    while queue:
        taken += shown(queue.take())
    assert held <= set(taken)
    assert len(taken) + queue.dropped == len(steps)
    for sender in range(5):
        mine = [number for one, number in taken if one == sender]
        assert mine == sorted(mine)


def test_the_work_of_a_message_is_what_it_says_within_bounds() -> None:
    assert work_of(zstandard.ZstdCompressor().compress(bytes(5000))) == 5000
    assert work_of(zstandard.ZstdCompressor().compress(bytes(50 << 20))) == 1 << 20
    assert [work_of(payload) for payload in (b"", b"junk", bytes(2 << 20))] == [0, 4, 1 << 20]
