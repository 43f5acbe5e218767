"""The names of situations."""

import pytest
from hypothesis import given
from hypothesis.strategies import from_regex, lists

from gateway.model.topics import LEVEL
from gateway.situation.naming import is_own_name, made_name, prefix_of

TOWN = ("comune", "cap", "cap-nord", "o" * 63)


@pytest.mark.parametrize(
    ("name", "organisation"),
    [("comune-via-roma", "comune"), ("cap-1", "cap"), ("cap-nord-1", "cap-nord"), ("cap-nor-1", "cap"), (f"{'o' * 40}-1", "o" * 63)],
)
def test_a_name_is_that_of_the_organisation_with_whose_name_it_begins(name: str, organisation: str) -> None:
    assert [one for one in TOWN if is_own_name(name, one, TOWN)] == [organisation]


@pytest.mark.parametrize("name", ["via-roma", "comune", "comunale-1", "", "x-comune-1"])
def test_other_names_are_nobody_s(name: str) -> None:
    assert not any(is_own_name(name, one, TOWN) for one in TOWN)


@given(name=from_regex(LEVEL, fullmatch=True), organisations=lists(from_regex(LEVEL, fullmatch=True), max_size=5, unique_by=prefix_of))
def test_no_name_is_that_of_two_organisations(name: str, organisations: list[str]) -> None:
    assert sum(is_own_name(name, one, organisations) for one in organisations) <= 1


def test_made_names_are_own_ones_that_fit() -> None:
    assert made_name("comune") != made_name("comune")
    assert made_name("comune", "7") == made_name("comune", "7") != made_name("comune", "8")
    for one in TOWN:
        assert is_own_name(made_name(one), one, TOWN)
        assert len(made_name(one, "7")) <= 63
