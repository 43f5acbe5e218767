"""Instants as ISO 8601 text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.instants import iso_utc, ms_of_iso


def test_an_instant_is_written_in_utc_with_milliseconds_or_seconds() -> None:
    assert iso_utc(1_795_400_120_250) == "2026-11-23T02:15:20.250Z"
    assert iso_utc(1_795_400_120_250, "seconds") == "2026-11-23T02:15:20Z"


@given(st.integers(0, 9_000_000_000_000))
def test_an_instant_is_read_back(t_ms: int) -> None:
    assert ms_of_iso(iso_utc(t_ms)) == t_ms


def test_an_instant_without_a_zone_is_in_utc() -> None:
    assert ms_of_iso("2026-11-26T18:00") == ms_of_iso("2026-11-26T18:00Z") == ms_of_iso("2026-11-26T19:00+01:00")


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01"])
def test_other_text_is_not_an_instant(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — Python's own
        ms_of_iso(text)
