"""Junk before, within, behind and instead of responses, cut anywhere: polls end, values are right, and the line recovers."""

import pytest

from tests.fieldbus.exchange_fuzz import WAYS, arbitrary, measure, systematic


@pytest.mark.parametrize("way", WAYS)
def test_polls_end_with_right_values_wherever_junk_is_and_wherever_it_is_cut(way: str) -> None:
    found = measure(way, systematic(3), 120, 3)
    assert found.good, found


@pytest.mark.parametrize("way", WAYS)
def test_polls_end_with_right_values_whatever_junk_arrives(way: str) -> None:
    found = measure(way, arbitrary(7), 200, 7)
    assert found.good, found
