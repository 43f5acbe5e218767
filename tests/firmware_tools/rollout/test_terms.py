"""The terms of a roll-out."""

import pytest

from firmware_tools.rollout.terms import BEGIN_WITHIN_S, RolloutTerms, expected_s, longest_s, room_s
from firmware_tools.rollout.windows import NightWindow
from tests.firmware_tools.rollout.rollouts import NIGHT, ROME


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        (RolloutTerms(NIGHT, waves=(0.1, 0.3)), "the waves have 40 % of the devices together"),
        (RolloutTerms(NIGHT, settle_s=7200, watch_s=3600), "which is longer than it is watched"),
        (RolloutTerms(NightWindow.read("02:00-03:00", ROME)), "the window 02:00-03:00 is too short"),
    ],
)
def test_terms_that_contradict_themselves_are_named(terms: RolloutTerms, problem: str) -> None:
    (found,) = terms.problems()
    assert problem in found


def test_the_defaults_are_consistent() -> None:
    assert RolloutTerms(NIGHT).problems() == []


def test_an_update_begins_only_with_room_to_spare_and_is_given_up_later_than_expected() -> None:
    takes_s = expected_s(60_000, 500.0)
    assert takes_s == 180.0
    assert room_s(takes_s) == BEGIN_WITHIN_S + 270.0
    assert longest_s(takes_s) > room_s(takes_s)
