"""Names from labels, and names counted up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.topics import LEVEL
from gateway.provision.commission.naming import as_name, asset_of, counted_up, device_name


@pytest.mark.parametrize(
    "label",
    [
        "qe-041", " QE 041 ", "QE_041", "https://city.example/assets/QE-041", "https://city.example/a?asset=qe-041&v=2", "id: QE-041",
        '{"asset": "QE-041", "v": 1}', "codice=qe.041", "https://city.example/assets/QE-041/",
    ],
)  # fmt: skip
def test_a_label_gives_the_name_of_its_asset(label: str) -> None:
    assert asset_of(label) == "qe-041"


@pytest.mark.parametrize("label", ["", "   ", "x" * 5000, "---", "{}", "ø"])
def test_a_label_without_a_name_is_an_error_that_says_what_a_name_is(label: str) -> None:
    with pytest.raises(ValueError, match="qe-041"):
        asset_of(label)


@given(st.text())
def test_whatever_is_scanned_gives_a_valid_name_or_an_error(text: str) -> None:
    try:
        name = asset_of(text)
    except ValueError:
        return
    assert re.fullmatch(LEVEL, name)


def test_accents_become_plain_letters() -> None:
    assert as_name("Piazza Università 3") == "piazza-universita-3"


def test_a_device_is_named_after_its_asset_and_what_it_is() -> None:
    assert device_name("qe-041", "lighting_meter", set()) == "qe-041-meter"
    assert device_name("qe-041", "lighting_meter", {"qe-041-meter", "qe-041-meter-2"}) == "qe-041-meter-3"
    assert len(device_name("a" * 63, "lighting_meter", set())) <= 63


@pytest.mark.parametrize(
    ("name", "by", "next_"), [("qe-041", 1, "qe-042"), ("pl-0099-lamp", 2, "pl-0101-lamp"), ("lamp", 1, "lamp-2"), ("a9", 1, "a10")]
)
def test_names_are_counted_up_by_their_last_number(name: str, by: int, next_: str) -> None:
    assert counted_up(name, by) == next_
