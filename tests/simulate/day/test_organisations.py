"""The organisations of the day."""

import re

from gateway.model.topics import LEVEL
from gateway.simulate.day.organisations import ORGANISATIONS, PERSON


def test_names_can_be_those_of_organisations_users_and_topics() -> None:
    names = [one.name for one in ORGANISATIONS]
    assert len(set(names)) == len(names) == 11
    assert all(re.fullmatch(LEVEL, name) for name in (*names, PERSON))


def test_one_authority_answers_and_both_interfaces_are_used() -> None:
    assert [one.name for one in ORGANISATIONS if one.authority] == ["comune"]
    assert {one.interface for one in ORGANISATIONS} == {"mqtt", "rest"}
