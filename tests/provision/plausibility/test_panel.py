"""Several meters of one panel, and its lamps."""

import pytest

from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.plausibility.latest_values import DeviceReading
from gateway.provision.plausibility.panel import LAMP, judge_lamps, judge_phases, judge_voltages

SAID = {"m-l1": 1, "m-l2": 2, "m-l3": 3}


def meter(device: str, **fields: float) -> DeviceReading:
    return DeviceReading(device, "qe-1", "lighting_meter", 0, fields)


def panel(*volts: float) -> list[DeviceReading]:
    """Return a three-phase meter at 228, 232 and 236 V, and a single-phase meter for each voltage."""
    whole = meter("main", voltage_l1=228.0, voltage_l2=232.0, voltage_l3=236.0)
    return [whole, *(meter(f"m-l{number}", voltage=one) for number, one in enumerate(volts, start=1))]


@pytest.mark.parametrize("volts", [(228.4, 231.7, 235.6), (229.4, 233.4, 237.4)])
def test_meters_on_their_phases_are_fine(volts: tuple[float, ...]) -> None:
    assert list(judge_phases(panel(*volts), SAID, "qe-1")) == []


def test_two_meters_on_each_others_phases_are_named_with_the_phases_that_they_are_on() -> None:
    (found,) = judge_phases(panel(232.1, 228.2, 235.8), SAID, "qe-1")
    assert (found.kind, found.where) == (CauseKind.METERS_SWAPPED, "qe-1")
    assert found.sentence.en.endswith("m-l1 (L2), m-l2 (L1)")
    assert "L3 236.0 V" in found.reasons[0].it


def test_three_meters_in_a_circle_are_named() -> None:
    (found,) = judge_phases(panel(232.1, 236.2, 228.0), SAID, "qe-1")
    assert found.sentence.it.endswith("m-l1 (L2), m-l2 (L3), m-l3 (L1)")


def test_phases_that_are_alike_or_not_said_are_not_judged() -> None:
    alike = [meter("main", voltage_l1=230.0, voltage_l2=230.4, voltage_l3=230.8), *panel(230.4, 230.0, 230.8)[1:]]
    assert list(judge_phases(alike, SAID, "qe-1")) == []
    assert list(judge_phases(panel(232.1, 228.2, 235.8), {}, "qe-1")) == []
    assert list(judge_phases(panel(232.1, 228.2, 235.8)[1:], SAID, "qe-1")) == []
    assert list(judge_phases(panel(232.1, 228.2, 235.8), dict.fromkeys(SAID, 1), "qe-1")) == []


def test_a_meter_with_another_voltage_than_the_others_is_named() -> None:
    assert list(judge_voltages(panel(228.0, 232.0, 236.0), "qe-1")) == []
    (found,) = judge_voltages(panel(228.0, 132.0, 236.0), "qe-1")
    assert (found.kind, found.sentence.en) == (CauseKind.METERS_DISAGREE, "meters of one panel measure different voltages: m-l2")


def test_of_two_meters_nobody_knows_which_is_wrong_and_one_without_voltage_is_not_compared() -> None:
    (found,) = judge_voltages([meter("a", voltage=230.0), meter("b", voltage=180.0)], "qe-1")
    assert found.sentence.en.endswith(": a, b")
    assert list(judge_voltages([meter("a", voltage=230.0), meter("b", voltage=3.0)], "qe-1")) == []


@pytest.mark.parametrize(("volts", "kinds"), [((230.0, 240.0), []), ((230.0, 243.0), [CauseKind.METERS_DISAGREE])])
def test_two_meters_disagree_above_five_percent_as_several_do(volts: tuple[float, float], kinds: list[CauseKind]) -> None:
    two = [meter("a", voltage=volts[0]), meter("b", voltage=volts[1])]
    assert [one.kind for one in judge_voltages(two, "qe-1")] == kinds
    several = [*two, meter("c", voltage=volts[0])]
    assert [one.kind for one in judge_voltages(several, "qe-1")] == kinds


def lamps(*watts: float) -> list[DeviceReading]:
    return [DeviceReading(f"lamp-{number}", f"pl-{number}", LAMP, 0, {"active_power": one}) for number, one in enumerate(watts)]


def test_lamps_that_use_more_than_their_panel_are_found() -> None:
    (found,) = judge_lamps([meter("main", active_power=250.0)], lamps(150.0, 160.0), "qe-1")
    assert (found.kind, found.sentence.en[-12:]) == (CauseKind.LAMPS_ABOVE_PANEL, "310 W, 250 W")


@pytest.mark.parametrize(
    "meters",
    [
        [meter("main", active_power=300.0)],
        [meter("main", active_power=-300.0)],
        [meter("a", active_power_l1=150.0, active_power_l2=150.0)],
        [meter("a", active_power=150.0), meter("b", active_power=150.0)],
        [meter("a", voltage=230.0)],
    ],
)
def test_lamps_within_what_the_panel_measures_are_fine(meters: list[DeviceReading]) -> None:
    assert list(judge_lamps(meters, lamps(150.0, 160.0), "qe-1")) == []
