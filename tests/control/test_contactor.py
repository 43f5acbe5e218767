"""Contactors within their limits."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.control.contactor import Contactor, ContactorLimits

LIMITS = ContactorLimits(least_on_s=60, least_off_s=300, most_starts_per_hour=4)


def test_a_contactor_stays_on_and_off_for_a_least_time() -> None:
    on = Contactor(is_on=False, since_s=0).wanted(True, 300, LIMITS)
    assert on.is_on
    assert on.wanted(False, 359, LIMITS).is_on
    off = on.wanted(False, 360, LIMITS)
    assert not off.is_on
    assert not off.wanted(True, 659, LIMITS).is_on
    assert off.wanted(True, 660, LIMITS).is_on


def test_with_the_starts_of_the_hour_used_up_it_stays_on() -> None:
    contactor, at_s = Contactor(is_on=False, since_s=-1000), 0.0
    for _ in range(100):
        at_s += 60
        contactor = contactor.wanted(not contactor.is_on, at_s, LIMITS)
    assert contactor.is_on
    assert len(contactor.starts_s) == 4


@given(st.lists(st.tuples(st.floats(1, 900), st.booleans()), max_size=120))
def test_under_any_wishes_the_limits_hold_and_light_comes_within_the_least_time_off(wishes: list[tuple[float, bool]]) -> None:
    contactor, at_s, starts = Contactor(is_on=False, since_s=-1000), 0.0, []
    for pause_s, wish in wishes:
        at_s += pause_s
        before = contactor
        contactor = contactor.wanted(wish, at_s, LIMITS)
        if contactor.is_on != before.is_on:
            assert at_s - before.since_s >= (LIMITS.least_on_s if before.is_on else LIMITS.least_off_s)
            starts += [at_s] if contactor.is_on else []
        if wish and not contactor.is_on:
            assert at_s - contactor.since_s < LIMITS.least_off_s
        assert sum(at_s - one < 3600 for one in starts) <= LIMITS.most_starts_per_hour
