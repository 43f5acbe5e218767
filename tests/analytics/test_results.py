"""The names of results."""

from gateway.analytics.results import CRITICAL, DAY, FINDING, QUARTER, FindingKind
from gateway.model.canonical import INTERNAL, MEASUREMENTS


def test_every_measurement_of_results_is_canonical_and_internal() -> None:
    assert {QUARTER, DAY, FINDING} <= MEASUREMENTS.keys()
    assert {QUARTER, DAY, FINDING} <= INTERNAL


def test_dark_streets_and_bare_wires_are_critical_and_a_wrong_clock_is_not() -> None:
    assert FindingKind.CABLE_THEFT in CRITICAL
    assert FindingKind.CLOCK_DRIFT not in CRITICAL
