"""The script of the day."""

from collections import Counter
from itertools import pairwise

import msgspec

from gateway.simulate.day.acts import DAY_S
from gateway.simulate.day.organisations import ORGANISATIONS
from gateway.simulate.day.script import day_of_prato
from gateway.situation.event.reading import read_feature

STEPS = day_of_prato(1_793_487_600_000)
PUBLISHED = [one for one in STEPS if one.act["type"] == "publish"]


def test_steps_are_in_order_within_the_day() -> None:
    assert all(before.at_s < after.at_s for before, after in pairwise(STEPS))
    assert STEPS[0].at_s == 0
    assert STEPS[-1].at_s < DAY_S


def test_every_organisation_does_something() -> None:
    assert {one.organisation for one in STEPS} == {one.name for one in ORGANISATIONS}


def test_every_event_can_be_accepted_and_has_a_headline_in_both_languages() -> None:
    for step in STEPS:
        if "feature" in step.act:
            said = read_feature(msgspec.json.encode(step.act["feature"])).properties
            assert said.headline.it
            assert said.headline.en
            assert not said.exercise


def test_events_are_published_once_and_before_anything_else_is_done_with_them() -> None:
    seen = Counter[str]()
    for step in STEPS:
        assert (step.act["type"] == "publish") == (seen[step.situation] == 0), step
        seen[step.situation] += 1


def test_audiences_stay_as_they_were_published() -> None:
    audiences = {one.situation: one.act["feature"]["properties"]["audience"] for one in PUBLISHED}
    updates = [one for one in STEPS if one.act["type"] == "update"]
    assert updates
    assert all(one.act["feature"]["properties"]["audience"] == audiences[one.situation] for one in updates)


def test_some_events_are_not_for_everybody() -> None:
    assert len([one for one in PUBLISHED if not one.act["feature"]["properties"]["audience"]["public"]]) >= 3


def test_what_is_not_planned_for_later_ends_within_the_day() -> None:
    last = {one.situation: one.act["type"] for one in STEPS}
    planned = {name for name, act in last.items() if act == "confirm"}
    assert planned == {
        "publiacqua-acqua-via-pistoiese",
        "toscana-energia-gas-via-pistoiese",
        "edilizia-pubblica-ponteggio-via-santa-trinita",
    }
    assert {act for name, act in last.items() if name not in planned} == {"end"}
