"""What is wrong with a panel: each kind fires, has a near miss that does not, and ends; without data nothing is concluded."""

from collections.abc import Sequence

import msgspec
import pytest

from gateway.analytics.baseline import Baseline, learn
from gateway.analytics.calendar import LightingCalendar
from gateway.analytics.findings import Carried, MinuteWatch, PanelFinding, lamps_out
from gateway.analytics.lasting import StateRun
from gateway.analytics.panel import PanelMinute
from gateway.analytics.quarters import quarters_of
from gateway.analytics.results import FindingKind
from tests.analytics.panels import DAY, HOUR_MS, LIGHTING, PANEL, ROME, minutes
from tests.analytics.test_baseline import nights

PLAIN = PANEL._replace(lighting=msgspec.structs.replace(LIGHTING, dimming=[]))
CALENDAR = LightingCalendar(PLAIN.lighting, PANEL.place, ROME, DAY)
LEARNED = learn(PLAIN, nights([4010.0] * 3))
OFF, ON = 10.0, 4010.0


def found(read: Sequence[PanelMinute], carried: Carried = {}, baseline: Baseline = LEARNED) -> list[PanelFinding]:  # noqa: B006 — not changed
    return list(MinuteWatch(PLAIN, CALENDAR, baseline, read, carried).findings())


def kinds(read: Sequence[PanelMinute]) -> list[FindingKind]:
    return [one.kind for one in found(read)]


def hours(one: PanelFinding) -> tuple[float, float]:
    return (one.run.from_ms - DAY.from_ms) / HOUR_MS, (one.run.to_ms - DAY.from_ms) / HOUR_MS


def test_a_usual_day_and_a_day_without_readings_show_nothing() -> None:
    assert found(minutes((0, 6.57, OFF), (6.57, 19.47, ON), (19.47, 24, OFF))) == []
    assert found(minutes((0, 24, None))) == []
    assert found([]) == []


def test_a_day_burner_burns_for_a_quarter_of_an_hour_while_the_calendar_asks_for_nothing() -> None:
    (one,) = found(minutes((0, 2, OFF), (2, 3, 900.0), (3, 4, OFF)))
    assert (one.kind, hours(one), one.magnitude, one.run.active) == (FindingKind.DAY_BURNER, (2, 3), 900.0, False)
    assert kinds(minutes((0, 2, OFF), (2, 2.2, 900.0), (2.2, 4, OFF))) == []
    assert kinds(minutes((6, 6.57, ON))) == []  # just before sunset


def test_an_outage_with_voltage_is_told_from_one_of_the_supply() -> None:
    dark = minutes((7, 9, ON), (9, 10, OFF), (10, 12, ON))
    (one,) = found(dark)
    assert (one.kind, hours(one), one.magnitude) == (FindingKind.OUTAGE, (9, 10), 40)
    without = minutes((7, 9, ON)) + minutes((9, 10, 0.0), volts=(0.0, 0.0, 0.0)) + minutes((10, 12, ON))
    assert kinds(without) == [FindingKind.SUPPLY_OUTAGE]
    assert kinds(minutes((7, 9, ON), (9, 9.06, OFF), (9.06, 12, ON))) == []


def test_an_outage_without_an_end_is_active_and_carried_to_the_next_day() -> None:
    (one,) = found(minutes((7, 9, ON), (9, 10, OFF)))
    assert one.run.active
    before = PanelFinding(FindingKind.OUTAGE, StateRun(DAY.from_ms - 9 * HOUR_MS, DAY.from_ms - 8 * HOUR_MS, active=True), 40.0)
    (still,) = found(minutes((0, 6, OFF), (8, 9, OFF), (9, 10, ON)), {FindingKind.OUTAGE: before})
    assert hours(still) == (-9, 9)
    (over,) = found(minutes((0, 6, OFF), (8, 9, ON)), {FindingKind.OUTAGE: before})
    assert over == before._replace(run=before.run._replace(active=False))


@pytest.mark.parametrize(
    ("contactor", "power_w", "tripped", "stuck"),
    [
        (False, ON, None, True),
        (True, OFF, False, True),
        (True, OFF, True, False),
        (True, OFF, None, False),
        (True, ON, None, False),
        (None, ON, None, False),
    ],
)
def test_a_contactor_is_stuck_if_the_power_contradicts_its_command(
    contactor: bool | None, power_w: float, tripped: bool | None, stuck: bool
) -> None:
    read = [one._replace(contactor=contactor, breaker_tripped=tripped) for one in minutes((7, 8, power_w))]
    assert (FindingKind.STUCK_CONTACTOR in kinds(read)) is stuck
    assert FindingKind.STUCK_CONTACTOR not in kinds(read[:2])


def test_a_lost_phase_is_one_without_voltage_while_another_has_it() -> None:
    (one,) = found(minutes((7, 8, 2700.0), volts=(1.0, 230.0, 230.0)))
    assert (one.kind, one.magnitude) == (FindingKind.PHASE_LOSS, 1)
    assert kinds(minutes((7, 8, ON), volts=(190.0, 230.0, 230.0))) == []
    assert kinds(minutes((7, 8, ON), volts=(None, 230.0, 230.0))) == []


def test_cables_that_are_gone_take_a_fifth_of_the_lamps_in_one_step_and_for_long() -> None:
    (one,) = found(minutes((7.2, 9, ON), (9, 12, 2810.0)))
    assert (one.kind, hours(one), one.magnitude, one.run.active) == (FindingKind.CABLE_THEFT, (9, 12), 30.0, True)
    assert kinds(minutes((7.2, 9, ON), (9, 9.6, 2810.0), (9.6, 12, ON))) == []  # it came back
    assert kinds(minutes((7.2, 9, ON), (9, 12, 3410.0))) == []  # 15 %


def test_lamps_that_failed_one_by_one_are_no_theft() -> None:
    assert kinds(minutes((7.2, 8, 3300.0), (8, 12, 3190.0))) == []


def test_theft_by_day_shows_in_the_evening_against_the_night_before() -> None:
    before = learn(PLAIN, nights([4010.0] * 3), last_share=1.0)
    assert [one.kind for one in found(minutes((7.2, 12, 2010.0)), baseline=before)] == [FindingKind.CABLE_THEFT]
    assert found(minutes((7.2, 12, 2010.0)), baseline=learn(PLAIN, nights([4010.0] * 3), last_share=0.5)) == []
    assert found(minutes((7.2, 12, 2010.0)), baseline=learn(PLAIN, [])) == []


def out(power_w: float, others: Sequence[PanelFinding] = (), carried: Carried = {}) -> list[PanelFinding]:  # noqa: B006 — not changed
    quarters = quarters_of(PLAIN, CALENDAR, LEARNED, minutes((7, 9, ON), (9, 14, power_w)), {}, DAY)
    return list(lamps_out(PLAIN, quarters, others, carried))


def test_single_lamps_that_do_not_burn_are_counted() -> None:
    (one,) = out(3810.0)
    assert (one.magnitude, one.run.active, hours(one)[1]) == (2.0, True, 14)
    assert hours(one)[0] == pytest.approx(9, abs=0.25)
    assert out(3970.0) == []  # less than a lamp


def test_power_that_another_finding_explains_is_no_failed_lamp() -> None:
    loss = PanelFinding(FindingKind.PHASE_LOSS, StateRun(DAY.from_ms + 9 * HOUR_MS, DAY.from_ms + 14 * HOUR_MS, active=True), 1.0)
    assert out(2710.0, [loss]) == []


THEFT = PanelFinding(FindingKind.CABLE_THEFT, StateRun(DAY.from_ms - 20 * HOUR_MS, DAY.from_ms + 19 * HOUR_MS, active=True), 50.0)
"""Half of the 40 lamps, 4000 W, went in the night before."""


def beside_theft(power_w: float, carried: Carried = {}) -> list[PanelFinding]:  # noqa: B006 — not changed
    quarters = quarters_of(PLAIN, CALENDAR, LEARNED, minutes((7, 9, 2010.0), (9, 14, power_w)), {}, DAY)
    return list(lamps_out(PLAIN, quarters, [THEFT], carried))


def test_lamps_that_fail_while_cables_are_missing_are_counted_beside_them() -> None:
    assert beside_theft(2010.0) == []
    (one,) = beside_theft(1810.0)
    assert (one.magnitude, one.run.active) == (2.0, True)
    assert hours(one)[0] == pytest.approx(9, abs=0.25)
    assert beside_theft(1310.0) == [], "a second step is more theft"


def test_lamps_that_were_out_before_cables_went_stay_out_until_there_is_more_power() -> None:
    run = StateRun(DAY.from_ms - 24 * HOUR_MS, DAY.from_ms - 5 * HOUR_MS, active=True)
    before = {FindingKind.LAMPS_OUT: PanelFinding(FindingKind.LAMPS_OUT, run, 3.0)}
    (one,) = beside_theft(2010.0, before)
    assert (one.magnitude, one.run.active) == (3.0, True)
    (one,) = beside_theft(2160.0, before)
    assert (hours(one)[1] < 9.5, one.run.active) == (True, False)


def test_lamps_that_are_out_after_a_night_in_which_nothing_was_seen_failed_in_it() -> None:
    dawn_ms = DAY.from_ms - 5 * HOUR_MS
    begins = []
    for read in (minutes((7, 14, 3810.0)), minutes((7, 11, ON), (11, 14, 3810.0))):
        (one,) = lamps_out(PLAIN, quarters_of(PLAIN, CALENDAR, LEARNED, read, {}, DAY), [], {}, dawn_ms)
        begins.append(hours(one)[0])
    assert begins == [-5, pytest.approx(11, abs=0.25)]


def test_a_dull_night_goes_on_with_no_lamp_that_was_replaced() -> None:
    before = PanelFinding(FindingKind.LAMPS_OUT, StateRun(DAY.from_ms - 20 * HOUR_MS, DAY.from_ms - 5 * HOUR_MS, active=True), 3.0)
    quarters = quarters_of(PLAIN, CALENDAR, LEARNED, minutes((7, 19, 3962.0)), {}, DAY)
    assert list(lamps_out(PLAIN, quarters, [], {FindingKind.LAMPS_OUT: before})) == [before._replace(run=before.run._replace(active=False))]


def test_lamps_are_replaced_when_the_power_is_back() -> None:
    before = PanelFinding(FindingKind.LAMPS_OUT, StateRun(DAY.from_ms - 20 * HOUR_MS, DAY.from_ms - 5 * HOUR_MS, active=True), 3.0)
    (one,) = out(ON, carried={FindingKind.LAMPS_OUT: before})
    assert (one.magnitude, one.run.active) == (3.0, False)
