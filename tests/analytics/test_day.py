"""The analysis of one day, and of many against what is true."""

from datetime import date

import pytest

from gateway.analytics.baseline import learn
from gateway.analytics.day import AnalysedDay, PanelDay, PastDay, analyse, clock_offset
from gateway.analytics.panel import QUARTER_MS, PanelMinute
from gateway.analytics.results import FindingKind
from gateway.model.canonical import MEASUREMENTS
from tests.analytics.panels import DAY, HOUR_MS, PANEL, minutes
from tests.analytics.scoring import SimulatedRun, scores_of
from tests.analytics.test_baseline import nights
from tests.analytics.town import SimulatedPanel, made_panel

LEARNED = learn(PANEL, [*nights([4010.0] * 3), *nights([2010.0] * 3, level=50)])
NIGHT = [(0.0, 6.57, 10.0), (6.57, 11, 4010.0), (11, 17, 2010.0), (17, 19.47, 4010.0), (19.47, 24, 10.0)]


def analysed(read: list[PanelMinute], past: tuple[PastDay, ...] = (), until_ms: int = DAY.to_ms, energy: float = 1.0) -> AnalysedDay:
    power = {one.t_ms: one.power_w or 0.0 for one in read}
    energies = {
        t_ms: energy * sum(power.get(at, 0.0) for at in range(t_ms, t_ms + QUARTER_MS, 60_000)) / 60
        for t_ms in range(DAY.from_ms, until_ms, QUARTER_MS)
    }
    return analyse(PanelDay(PANEL, DAY, until_ms, read, energies, LEARNED, past))


def test_a_usual_day_has_all_fields_and_nothing_wrong() -> None:
    found = analysed(minutes(*NIGHT))
    assert found.findings == []
    assert found.fields.keys() == MEASUREMENTS["lighting_day"].keys()
    fields = found.fields
    assert fields["burning_time"] == pytest.approx(12.9 * 3600, abs=120)
    assert fields["scheduled_time"] == pytest.approx(12.9 * 3600, abs=120)
    assert fields["energy"] == pytest.approx(fields["expected_energy"], rel=0.005)
    assert fields["energy_deviation"] == pytest.approx(0, abs=0.5)
    assert fields["full_energy"] == pytest.approx(12.9 * 4010 + 11.1 * 10, rel=0.005)
    assert (fields["availability"], fields["lamps_out"], fields["lamps"], fields["power_factor"]) == (100.0, 0.0, 40, 0.95)
    assert (fields["voltage_min"], fields["voltage_max"], fields["voltage_intervals"], fields["voltage_in_band"]) == (229, 231, 432, 100)
    assert fields["completeness"] == 100
    assert fields["clock_offset"] is None


def test_the_same_readings_give_the_same_results() -> None:
    assert analysed(minutes(*NIGHT)) == analysed(minutes(*NIGHT))


def test_of_a_day_that_is_not_over_only_what_was_read_counts() -> None:
    found = analysed(minutes(*NIGHT)[: 12 * 60], until_ms=DAY.from_ms + 12 * HOUR_MS)
    assert len(found.quarters) == 48
    assert found.fields["scheduled_time"] == pytest.approx(5.43 * 3600, abs=120)
    assert found.fields["completeness"] == 100


def test_lamps_that_do_not_burn_cost_availability() -> None:
    found = analysed(minutes((6.57, 11, 4010.0 * 0.9 + 1), (11, 17, 1810.0), (17, 19.47, 3610.0)))
    assert found.fields["availability"] == pytest.approx(90, abs=0.1)
    assert found.fields["lamps_out"] == pytest.approx(4, abs=0.1)
    assert [one.kind for one in found.findings] == [FindingKind.LAMPS_OUT]


@pytest.mark.parametrize(("on_s", "off_s", "offset"), [(600.0, 620.0, 610.0), (600.0, -600.0, 0.0), (None, 600.0, None)])
def test_a_twilight_switch_that_is_set_darker_is_no_wrong_clock(on_s: float | None, off_s: float | None, offset: float | None) -> None:
    assert clock_offset(on_s, off_s) == offset


@pytest.mark.parametrize(("last_seen_h", "begins_h"), [(-30, -4.6), (-6, 7.25)])
def test_lamps_that_are_out_in_the_evening_failed_in_a_dark_night_before(last_seen_h: float, begins_h: float) -> None:
    known = [
        one._replace(t_ms=DAY.from_ms + int(last_seen_h * HOUR_MS) - 86_400_000 * number) for number, one in enumerate(nights([4010.0] * 3))
    ]
    read = minutes((7.2, 11, 3810.0))
    (one,) = analyse(PanelDay(PANEL, DAY, DAY.from_ms + 11 * HOUR_MS, read, {}, learn(PANEL, known))).findings
    assert one.kind is FindingKind.LAMPS_OUT
    assert (one.run.from_ms - DAY.from_ms) / HOUR_MS == pytest.approx(begins_h, abs=0.3)


def late(minutes_late: float) -> list[PanelMinute]:
    by = minutes_late / 60
    return minutes((0.0, 6.57 + by, 10.0), (6.57 + by, 11, 4010.0), (11, 17, 2010.0), (17, 19.47 + by, 4010.0), (19.47 + by, 24, 10.0))


@pytest.mark.parametrize(
    ("minutes_late", "past_s", "drifts"),
    [
        (12, [700.0] * 6, True),
        (-12, [-700.0] * 6, True),
        (12, [700.0, None, *[700.0] * 5], True),
        (3, [180.0] * 6, False),
        (12, [0.0, *[700.0] * 5], False),
        (12, [-700.0, *[700.0] * 5], False),
    ],
)
def test_a_clock_is_wrong_if_seven_nights_say_so(minutes_late: float, past_s: list[float | None], drifts: bool) -> None:
    past = tuple(PastDay(one, 0, 0) for one in past_s)
    found = analysed(late(minutes_late), past)
    assert (FindingKind.CLOCK_DRIFT in [one.kind for one in found.findings]) is drifts
    assert found.fields["switch_on_delay"] == pytest.approx(60 * minutes_late, abs=90)
    assert analysed(late(minutes_late), past[-5:]).fields["clock_offset"] is None


def test_the_power_factor_the_energy_and_the_voltage_are_held_to_their_limits() -> None:
    poor = [one._replace(power_factor=0.8) for one in minutes(*NIGHT)]
    assert [one.kind for one in analysed(poor).findings] == [FindingKind.POWER_FACTOR]
    assert [(one.kind, one.magnitude) for one in analysed(minutes(*NIGHT), energy=1.1).findings if one.kind is FindingKind.ENERGY]
    assert FindingKind.ENERGY not in [one.kind for one in analysed(minutes(*NIGHT), energy=1.04).findings]
    low = minutes(*NIGHT, volts=(200.0, 231.0, 229.0))
    assert FindingKind.VOLTAGE in [one.kind for one in analysed(low).findings]
    rarely = (PastDay(None, 4320, 0),) * 6
    assert FindingKind.VOLTAGE not in [one.kind for one in analysed(low, rarely).findings]


def test_a_night_that_was_hardly_read_says_nothing_about_its_energy() -> None:
    assert analysed(minutes((0, 8, 10.0)), energy=0.1).findings == [] or all(
        one.kind is not FindingKind.ENERGY for one in analysed(minutes((0, 8, 10.0)), energy=0.1).findings
    )


def test_faults_of_simulated_nights_are_found_and_nothing_else() -> None:
    run = SimulatedRun(SimulatedPanel(made_panel(2, 1), date(2026, 9, 1), 40, 1))
    run.run()
    scored = scores_of(run)
    assert sum(one.true for one in scored.values()) >= 8
    assert all(one.right == one.found and one.recalled == one.true for one in scored.values()), scored
