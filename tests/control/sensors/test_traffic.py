"""Adaptive light by counts of traffic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.sensors.traffic import CATEGORIES, SAMPLE_S, TrafficCounter, TrafficSample, reduced

CAPACITY = 800.0


def counter(*counts: int | tuple[int, ...]) -> tuple[TrafficCounter, float]:
    """Return a counter after samples, one after the other, and when the last one ended."""
    found, at_s = TrafficCounter(CAPACITY), 0.0
    for one in counts:
        at_s += SAMPLE_S
        found = found.counted(TrafficSample(at_s, one if isinstance(one, tuple) else (one,)))
    return found, at_s


@pytest.mark.parametrize(
    ("counts", "reduction"),
    [
        ((), 0), ((10,), 0), ((10, 10), 2), ((60, 60), 1), ((70, 70), 0), ((10, 60), 1), ((60, 10), 1), ((10, 10, 70), 0), ((10, 10, 70, 10), 0),
        ((10, 10, 70, 10, 10), 2), ((33, 33), 2), ((34, 34), 1), ((66, 66), 1), ((67, 67), 0),
    ],
)  # fmt: skip
def test_light_goes_down_after_two_samples_that_agree_and_up_at_once(counts: tuple[int, ...], reduction: int) -> None:
    found, at_s = counter(*counts)
    assert found.sensed(at_s).reduction == reduction


def test_the_lane_with_the_most_traffic_counts() -> None:
    found, at_s = counter((2, 5, 70), (2, 5, 70))
    assert found.sensed(at_s).reduction == 0


def test_a_silent_counter_reduces_nothing() -> None:
    found, at_s = counter(10, 10)
    assert found.sensed(at_s + 1.5 * SAMPLE_S).reduction == 2
    late = found.sensed(at_s + 1.5 * SAMPLE_S + 1)
    assert (late.active, late.reduction) == (None, 0)


def test_after_a_gap_two_new_samples_must_agree() -> None:
    found, at_s = counter(10, 10)
    found = found.counted(TrafficSample(at_s + 3 * SAMPLE_S, (10,)))
    assert found.sensed(at_s + 3 * SAMPLE_S).reduction == 0
    found = found.counted(TrafficSample(at_s + 4 * SAMPLE_S, (10,)))
    assert found.sensed(at_s + 4 * SAMPLE_S).reduction == 2


def test_nothing_is_darker_than_m6() -> None:
    assert [reduced(one, 2) for one in CATEGORIES] == ["M3", "M4", "M5", "M6", "M6", "M6"]


@given(st.lists(st.integers(0, 150), max_size=40))
def test_the_rule_holds_for_any_traffic(counts: list[int]) -> None:
    """Against the rule as it is written: down after two samples that agree on at least that, up at once."""

    def allowed(count: int) -> int:
        share = count * 6 / CAPACITY
        return 2 if share < 0.25 else 1 if share < 0.5 else 0

    state, before = 0, None
    for one in counts:
        may = allowed(one)
        if may < state:
            state = may
        elif before is not None:
            state = max(state, min(may, before))
        before = may
    found, at_s = counter(*counts)
    assert found.sensed(at_s).reduction == state
