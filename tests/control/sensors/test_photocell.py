"""Photocells: hysteresis, delay, and whether they can be believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.sensors.photocell import Photocell, PhotocellFault, PhotocellLimits

LIMITS = PhotocellLimits()
DAY, DUSK, NIGHT = 30.0, -3.0, -20.0


def heard(values: list[float | bool], every_s: float = 30.0, elevation: float = DUSK) -> tuple[Photocell, float]:
    """Return a photocell that sent values, and when it sent the last one."""
    cell, at_s = Photocell(), 0.0
    for value in values:
        at_s += every_s
        cell = cell.heard(value, at_s, LIMITS).compared(elevation, at_s, LIMITS)
    return cell, at_s


def test_the_first_reading_counts_at_once_and_later_ones_after_the_delay() -> None:
    cell, at_s = heard([500.0])
    assert cell.sensed(at_s, LIMITS).active is False
    cell = cell.heard(5.0, at_s + 10, LIMITS)
    assert cell.sensed(at_s + 69, LIMITS).active is False
    cell = cell.heard(5.0, at_s + 70, LIMITS)
    assert cell.sensed(at_s + 75, LIMITS) == (True, 5.0, None, 0)


def test_a_headlight_does_not_switch_lamps_off() -> None:
    cell, at_s = heard([5.0] * 5)
    cell = cell.heard(900.0, at_s + 1, LIMITS).heard(5.0, at_s + 31, LIMITS).heard(5.0, at_s + 91, LIMITS)
    assert cell.sensed(at_s + 91, LIMITS).active is True


def test_between_both_limits_nothing_changes() -> None:
    dark, at_s = heard([5.0] * 5 + [30.0] * 10)
    assert dark.sensed(at_s, LIMITS).active is True
    bright, at_s = heard([500.0] * 5 + [30.0] * 10)
    assert bright.sensed(at_s, LIMITS).active is False


def test_a_binary_cell_is_understood() -> None:
    cell, at_s = heard([True] * 4)
    assert cell.sensed(at_s, LIMITS).active is True


def test_a_silent_cell_is_not_believed() -> None:
    cell, at_s = heard([5.0] * 4)
    assert cell.fault(at_s + 120, LIMITS) is None
    assert cell.fault(at_s + 121, LIMITS) is PhotocellFault.SILENT
    assert cell.sensed(at_s + 121, LIMITS).active is None
    assert Photocell().fault(0, LIMITS) is PhotocellFault.SILENT


@pytest.mark.parametrize(
    ("value", "elevation", "fault"),
    [
        (True, DAY, PhotocellFault.STUCK), (0.0, DAY, PhotocellFault.STUCK), (12.0, DAY, PhotocellFault.DIRTY), (900.0, NIGHT, PhotocellFault.STUCK),
        (False, NIGHT, PhotocellFault.STUCK), (900.0, DAY, None), (1.0, NIGHT, None), (1.0, DUSK, None), (900.0, DUSK, None),
    ],
)  # fmt: skip
def test_a_cell_that_contradicts_the_sun_for_half_an_hour_is_not_believed(
    value: float | bool, elevation: float, fault: PhotocellFault | None
) -> None:
    cell, at_s = heard([value] * 30, 60.0, elevation)
    assert cell.fault(at_s, LIMITS) is None
    cell, at_s = heard([value] * 32, 60.0, elevation)
    assert cell.fault(at_s, LIMITS) is fault


def test_a_thunderstorm_is_believed() -> None:
    cell, at_s = heard([900.0] * 20 + [8.0] * 25, 60.0, DAY)
    assert cell.sensed(at_s, LIMITS).active is True


def test_a_cell_that_was_stuck_is_believed_after_it_agreed_for_as_long() -> None:
    cell, at_s = heard([True] * 40, 60.0, DAY)
    for number in range(32):
        assert cell.sensed(at_s, LIMITS).active is None, number
        at_s += 60
        cell = cell.heard(False, at_s, LIMITS).compared(DAY, at_s, LIMITS)
    at_s += 60
    cell = cell.heard(False, at_s, LIMITS).compared(DAY, at_s, LIMITS)
    assert cell.sensed(at_s, LIMITS).active is False


def test_twilight_says_nothing_about_a_cell_that_was_stuck() -> None:
    cell, at_s = heard([True] * 40, 60.0, DAY)
    for _ in range(60):
        at_s += 60
        cell = cell.heard(True, at_s, LIMITS).compared(DUSK, at_s, LIMITS)
    assert cell.fault(at_s, LIMITS) is PhotocellFault.STUCK


def test_a_flashing_cell_is_not_believed_until_it_is_calm() -> None:
    cell, at_s = heard([5.0, 900.0] * 10, 20.0)
    assert cell.fault(at_s, LIMITS) is PhotocellFault.FLASHING
    for _ in range(31):
        at_s += 20
        cell = cell.heard(5.0, at_s, LIMITS).compared(DUSK, at_s, LIMITS)
    assert cell.sensed(at_s, LIMITS).active is True


@given(st.lists(st.tuples(st.floats(0.1, 100), st.one_of(st.booleans(), st.floats(0, 2000)), st.floats(-40, 60)), min_size=1, max_size=60))
def test_what_counts_never_changes_faster_than_the_delay(readings: list[tuple[float, float | bool, float]]) -> None:
    cell, at_s, changed_s, last = Photocell(), 0.0, float("-inf"), None
    for pause_s, value, elevation in readings:
        at_s += pause_s
        cell = cell.heard(value, at_s, LIMITS).compared(elevation, at_s, LIMITS)
        if last is not None and cell.dark != last:
            assert at_s - changed_s >= LIMITS.delay_s
        if cell.dark != last:
            changed_s, last = at_s, cell.dark
        assert len(cell.changes_s) <= 7
