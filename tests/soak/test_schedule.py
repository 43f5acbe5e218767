"""The schedule of a soak."""

import itertools

from tests.soak.events import ATTACKS, FAULTS, choice
from tests.soak.schedule import PAUSE_S, Choice, schedule, with_pauses
from tests.soak.verdict import WARM_UP

HALF_HOUR_S = 1800.0


def test_the_same_seed_gives_the_same_events_and_another_seed_others() -> None:
    assert schedule(7, HALF_HOUR_S, choice()) == schedule(7, HALF_HOUR_S, choice())
    assert schedule(7, HALF_HOUR_S, choice()) != schedule(8, HALF_HOUR_S, choice())


def test_a_soak_may_have_only_some_faults_and_attacks() -> None:
    only = {"half-open uplink", "documents without end", "the group of the workers"}
    assert {event.name for event in schedule(1, HALF_HOUR_S, choice(only))} == only


def test_half_an_hour_has_every_fault_and_every_attack_of_the_catalogue() -> None:
    names = {event.name for event in schedule(1, HALF_HOUR_S, choice())}
    assert names == {*FAULTS, *ATTACKS}


def test_every_attack_comes_before_memory_is_judged() -> None:
    for seed in range(20):
        early = {event.name for event in schedule(seed, HALF_HOUR_S, choice()) if event.at_s < WARM_UP * HALF_HOUR_S}
        assert early >= {*ATTACKS}


def test_every_name_comes_once_before_one_comes_again() -> None:
    drawn = [event.name for event in schedule(3, HALF_HOUR_S, Choice([], [], "abcdefgh"))]
    for start in range(0, len(drawn) - 8, 8):
        assert sorted(drawn[start : start + 8]) == list("abcdefgh")


def test_no_process_is_ended_after_the_time_of_shared_faults_but_others_go_on() -> None:
    shared = set(choice().shared)
    assert shared >= {name for name, fault in FAULTS.items() if fault.ends}
    faults = [event for event in schedule(2, HALF_HOUR_S, choice(), shared_s=600.0) if event.kind == "fault"]
    late = [event.name for event in faults if event.at_s > 600.0]
    assert len(late) > 30
    assert shared.isdisjoint(late)
    assert shared <= {event.name for event in faults}


def test_faults_do_not_overlap_faults_nor_attacks_attacks_and_all_end_in_time() -> None:
    events = schedule(4, HALF_HOUR_S, choice())
    for kind in ("fault", "attack"):
        mine = [event for event in events if event.kind == kind]
        assert all(one.at_s + one.seconds < after.at_s for one, after in itertools.pairwise(mine))
        assert mine[-1].at_s + mine[-1].seconds <= HALF_HOUR_S


def test_nothing_begins_in_a_pause_and_nothing_is_left_out_for_it() -> None:
    events = schedule(5, HALF_HOUR_S, choice())
    moved, pauses = with_pauses(events, HALF_HOUR_S)
    assert [(one.kind, one.name, one.seconds) for one in moved] == [(one.kind, one.name, one.seconds) for one in events]
    assert len(pauses) == 15
    assert pauses[-1].from_s == HALF_HOUR_S + 14 * PAUSE_S, "the last pause comes after all of it"
    assert not [one for one in moved for pause in pauses if pause.from_s <= one.at_s < pause.to_s]
    assert all(before.to_s < after.from_s for before, after in itertools.pairwise(pauses))


def test_a_time_too_short_for_any_event_has_none() -> None:
    assert schedule(1, 5.0, choice()) == []
