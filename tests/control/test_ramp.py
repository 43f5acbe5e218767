"""Ramps end at their time, and a later command wins."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.control.ramp import Ramp, still


def test_a_ramp_is_even_and_ends_at_its_time() -> None:
    ramp = still(0, 0).toward(100, 10_000, 0)
    assert [ramp.at(t_ms) for t_ms in (-5, 0, 2_500, 10_000, 99_000)] == [0, 0, 25, 100, 100]


def test_a_ramp_that_begins_late_still_ends_at_its_time() -> None:
    ramp = still(0, 0).toward(100, 10_000, 8_000)
    assert (ramp.at(9_000), ramp.at(10_000)) == (50, 100)
    assert still(0, 0).toward(100, 10_000, 12_000).at(12_000) == 100


def test_a_later_command_wins_from_where_the_ramp_is() -> None:
    later = still(0, 0).toward(100, 10_000, 0).toward(20, 9_000, 5_000)
    assert [later.at(t_ms) for t_ms in (5_000, 7_000, 9_000, 10_000)] == [50, 35, 20, 20]
    at_once = still(0, 0).toward(100, 10_000, 0).toward(20, None, 5_000)
    assert at_once.at(5_000) == 20


def test_the_same_wish_again_does_not_begin_anew() -> None:
    ramp = still(0, 0).toward(100, 10_000, 0)
    assert ramp.toward(100, 10_000, 4_000) is ramp
    assert ramp.toward(100, None, 11_000) is ramp


@given(st.lists(st.tuples(st.integers(1, 5_000), st.integers(0, 100), st.one_of(st.none(), st.integers(0, 20_000))), max_size=20))
def test_a_level_never_leaves_the_range_and_never_jumps_but_at_a_command_without_ramp(wishes: list[tuple[int, int, int | None]]) -> None:
    ramp, t_ms = still(50, 0), 0
    for pause_ms, level, within_ms in wishes:
        t_ms += pause_ms
        before = ramp.at(t_ms)
        ramp = ramp.toward(level, None if within_ms is None else t_ms + within_ms, t_ms)
        assert 0 <= ramp.at(t_ms) <= 100
        assert ramp.at(t_ms) in (before, level)
    assert isinstance(ramp, Ramp)
