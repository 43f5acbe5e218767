"""An update uses its share of a line's time, however long its loans wait."""

from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.flash.pace import LinePace, carried_bytes_per_s


@given(
    st.sampled_from([0.01, 0.2, 0.5]),
    st.lists(st.tuples(st.floats(0.01, 2.0), st.floats(0.0, 3.0)), min_size=50, max_size=100),
)
def test_the_time_used_is_never_more_than_the_share_but_for_the_last_loan(share: float, loans: list[tuple[float, float]]) -> None:
    now_s, used_s, longest_s = 0.0, 0.0, 0.0
    pace = LinePace(share, now_s)
    for lasts_s, late_s in loans:
        now_s += pace.wait_s(now_s) + late_s
        pace.spend(now_s, now_s + lasts_s)
        now_s, used_s, longest_s = now_s + lasts_s, used_s + lasts_s, max(longest_s, lasts_s)
    assert used_s <= share * now_s + longest_s + 1.0


def test_a_loan_that_had_to_wait_is_longer_so_that_the_share_is_reached() -> None:
    pace, now_s, used_s = LinePace(0.2, 0.0), 0.0, 0.0
    for _ in range(50):
        now_s += pace.wait_s(now_s) + 2.0  # the line is busy each time
        began_s = now_s
        now_s += 0.05
        while pace.left_s(now_s, began_s) > 0:
            now_s += 0.05
        pace.spend(began_s, now_s)
        used_s += now_s - began_s
    assert used_s / now_s > 0.85 * 0.2


def test_the_first_loan_waits_for_nothing() -> None:
    assert LinePace(0.2, 10.0).wait_s(10.0) == 0.0


def test_a_line_carries_more_at_a_higher_speed_and_share() -> None:
    assert 100 < carried_bytes_per_s(11 / 9600, 0.2) < 175
    assert carried_bytes_per_s(11 / 9600, 0.4) == 2 * carried_bytes_per_s(11 / 9600, 0.2)
