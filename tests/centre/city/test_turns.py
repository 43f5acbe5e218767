"""Whose message is published next."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.centre.city.asset import Asset, Owner
from gateway.centre.city.turns import TICK_S, Turns
from gateway.model.messages import CityMessage

ONE, OTHER, THIRD = ("citelum", "gw-1"), ("evil", "gw-1"), ("citelum", "gw-2")


def asset(topic: str, due_s: float = float("-inf")) -> Asset:
    found = Asset(topic, CityMessage(1, topic, "lamp", "citelum", "gw-1", [], ""))
    found.due_s = due_s
    return found


def taken(turns: Turns, now_s: float, most: int = 1000) -> list[str]:
    """Publish what is due, at most so many."""
    found, some = list[str](), turns.take(now_s)
    for owner, one in some:
        turns.published(owner, now_s)
        found.append(one.topic)
        if len(found) == most:
            break
    some.close()
    return found


def test_one_asset_of_each_gateway_is_taken_in_turn_those_due_first_before_others() -> None:
    turns = Turns()
    for n in range(3):
        turns.add(OTHER, asset(f"o{n}", due_s=2.0 - n), 0.0)
    turns.add(ONE, asset("a"), 0.0)
    assert taken(turns, 0.0) == ["o2", "a"]
    assert taken(turns, 5.0) == ["o1", "o0"]
    assert taken(turns, 9.0) == []


def test_a_turn_that_ends_early_goes_on_with_the_gateways_that_were_not_served() -> None:
    turns = Turns()
    for owner in (OTHER, ONE, THIRD):
        for n in range(2):
            turns.add(owner, asset(f"{'-'.join(owner)}:{n}"), 0.0)
    assert [taken(turns, 0.0, most=1) for _ in range(7)] == [
        ["evil-gw-1:0"], ["citelum-gw-1:0"], ["citelum-gw-2:0"], ["evil-gw-1:1"], ["citelum-gw-1:1"], ["citelum-gw-2:1"], [],
    ]  # fmt: skip


def test_an_asset_that_waits_already_is_not_added_again_and_one_that_is_forgotten_is_skipped() -> None:
    turns, one, gone = Turns(), asset("a"), asset("b")
    for _ in range(3):
        turns.add(ONE, one, 0.0)
        turns.add(OTHER, gone, 0.0)
    gone.forgotten = True
    assert taken(turns, 0.0) == ["a"]
    turns.add(ONE, one, 0.0)
    assert taken(turns, 0.0) == ["a"]


def test_of_one_gateway_only_so_many_are_published_in_a_tick_and_it_is_named() -> None:
    turns = Turns(most_of_one=10)
    for n in range(25):
        turns.add(OTHER, asset(f"o{n}"), 0.0)
    assert [len(taken(turns, tick * TICK_S)) for tick in (0, 0.5, 1, 2)] == [10, 0, 10, 5]
    assert turns.throttled_since(0.0) == [OTHER]
    assert turns.throttled_since(1.0) == []


def test_lateness_is_how_long_a_gateway_waits_for_its_turn_and_not_for_its_own_assets() -> None:
    turns = Turns(most_of_one=2)
    assert turns.late_s(100.0) == 0.0
    turns.add(ONE, asset("a", due_s=1.0), 0.0)
    assert turns.late_s(0.5) == 0.0
    assert turns.late_s(4.0) == 3.0
    taken(turns, 4.0)
    for n in range(9):
        turns.add(OTHER, asset(f"o{n}"), 4.0)
    taken(turns, 5.0)
    assert turns.late_s(5.0) == 0.0
    assert turns.late_s(8.0) == 3.0
    taken(turns, 8.0)
    assert turns.late_s(9.0) == 1.0


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(1, 6)), max_size=100))
def test_whatever_comes_each_asset_is_taken_once_and_no_gateway_waits_behind_two_of_another(steps: list[tuple[int, bool, int]]) -> None:
    turns, added, found = Turns(most_of_one=3), list[str](), list[str]()
    for number, (gateway, takes, most) in enumerate(steps):
        owner: Owner = ("citelum", f"gw-{gateway}")
        turns.add(owner, asset(f"{gateway}:{number}"), 0.0)
        added.append(f"{gateway}:{number}")
        if takes:
            waiting = {topic.partition(":")[0] for topic in set(added) - set(found)}
            some = taken(turns, number * TICK_S, most)
            assert len({one.partition(":")[0] for one in some}) == min(len(some), len(waiting))
            found += some
    for tick in range(len(steps), 2 * len(steps)):
        found += taken(turns, tick * TICK_S)
    assert sorted(found) == sorted(added)
