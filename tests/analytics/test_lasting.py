"""States that last."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.analytics.lasting import StateRun, TimedState, lasting


def runs(states: str, hold: int = 2, carried: StateRun | None = None) -> list[StateRun]:
    """Return the runs of states written as y, n and ? for each step."""
    read = {"y": True, "n": False, "?": None}
    return lasting((TimedState(at, read[one]) for at, one in enumerate(states)), hold_ms=hold, step_ms=1, carried=carried)


def test_a_run_lasts_from_its_first_yes_to_its_last() -> None:
    assert runs("nyyynn") == [StateRun(1, 4, active=False)]
    assert runs("nyyy") == [StateRun(1, 4, active=True)]
    assert runs("nyyy")[0].duration_s == 0.003


def test_what_is_unknown_neither_begins_nor_ends_a_run() -> None:
    assert runs("?yy??y?n") == [StateRun(1, 6, active=False)]
    assert runs("yy???") == [StateRun(0, 2, active=True)]


def test_a_run_that_is_too_short_is_none() -> None:
    assert runs("nynyyn") == [StateRun(3, 5, active=False)]


def test_a_carried_run_goes_on_unless_a_no_comes_first() -> None:
    before = StateRun(-9, -2, active=True)
    assert runs("?yn", carried=before) == [StateRun(-9, 2, active=False)]
    assert runs("nyy", carried=before) == [StateRun(-9, -2, active=False), StateRun(1, 3, active=True)]
    assert runs("??", carried=before) == [before]


@given(st.text("yn?", max_size=60), st.integers(0, 5))
def test_runs_are_in_order_apart_and_long_enough(states: str, hold: int) -> None:
    found = runs(states, hold)
    assert all(run.to_ms - run.from_ms >= hold for run in found)
    assert all(one.to_ms < other.from_ms for one, other in pairwise(found))
    assert all("n" not in states[run.from_ms : run.to_ms] for run in found)
    assert sum(run.active for run in found) <= 1
