"""A night before it comes."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.control.commands.standing_orders import StandingOrders
from gateway.control.lamp_power import LampPower
from gateway.control.output import Output
from gateway.control.preview.night import Night, dusk_of, night_of
from gateway.control.ramp import still
from gateway.control.sensors.sensed import Sensed
from gateway.control.wanted import LampHealth, wanted
from tests.control.streets import LAMP, PRATO, ROAD, ROME, at, timetable

TABLE = timetable()
POWER = LampPower(60, 0.5, {50: 27})
TUESDAY = date(2027, 3, 23)


def night(day: date = TUESDAY, output: Output = LAMP, sensors: dict[str, Sensed] | None = None) -> Night:
    return night_of(output, TABLE, day, sensors or {})


def clock(t_ms: int) -> str:
    return datetime.fromtimestamp(t_ms / 1000, ROME).strftime("%H:%M")


def test_a_night_has_its_switches_with_their_reasons() -> None:
    found = [(clock(one.from_ms), one.level, one.reason, one.source) for one in night().switches()]
    assert found == [
        ("18:31", 100, "program", "dimmed"), ("23:00", 60, "program", "dimmed"), ("05:00", 100, "program", "dimmed"), ("06:12", 0, "program", "dimmed"),
    ]  # fmt: skip


def test_steps_cover_the_day_from_noon_to_noon() -> None:
    found = night()
    assert (found.steps[0].from_ms, found.steps[-1].to_ms) == found.span
    assert all(earlier.to_ms == later.from_ms for earlier, later in zip(found.steps, found.steps[1:], strict=False))


def test_without_a_calendar_nothing_switches() -> None:
    found = night(output=Output("a", default_level=70))
    assert [one.level for one in found.steps] == [70]
    assert list(found.switches()) == []
    assert found.energy_wh(LampPower(60)) == pytest.approx(24 * 42)


def test_the_traffic_may_be_assumed() -> None:
    quiet = night(output=ROAD, sensors={"loop": Sensed(active=True, reduction=2)})
    assert {one.level for one in quiet.steps} == {0, 45}
    assert {one.reason for one in quiet.steps if one.level} == {"sensor"}


def test_the_night_in_which_the_clock_goes_forward_has_an_hour_less() -> None:
    found = night(date(2027, 3, 27))
    assert (found.span.to_ms - found.span.from_ms) / 3_600_000 == 23


@pytest.mark.parametrize(("day", "rate_s"), [(TUESDAY, 10), (date(2027, 3, 26), 10), (date(2027, 10, 30), 10)])
def test_the_energy_is_that_of_a_lamp_which_follows_every_second(day: date, rate_s: int) -> None:
    """A lamp that does what is wanted, with ramps, metered every ten seconds: within 1 % of the preview."""
    found = night(day)
    ramp, metered_wh = still(0, found.span.from_ms), 0.0
    for t_ms in range(found.span.from_ms, found.span.to_ms, rate_s * 1000):
        asked = wanted(t_ms, LAMP, TABLE, StandingOrders(), {}, LampHealth())
        ramp = ramp.toward(asked.level, asked.ramp_ends_ms, t_ms)
        metered_wh += POWER.at(ramp.at(t_ms)) * rate_s / 3600
    assert found.energy_wh(POWER) == pytest.approx(metered_wh, rel=0.002)


def test_burning_hours_include_a_ramp_to_darkness() -> None:
    found = night()
    lit = sum(wanted(t_ms, LAMP, TABLE, StandingOrders(), {}, LampHealth()).level > 0 for t_ms in range(*found.span, 60_000))
    assert found.lit_ms() / 60_000 == pytest.approx(lit, abs=1)


@settings(max_examples=25, deadline=None)
@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 86_399_000))
def test_the_steps_are_what_is_wanted_at_any_instant(day: date, offset_ms: int) -> None:
    found = night(day)
    t_ms = min(found.span.from_ms + offset_ms, found.span.to_ms - 1)
    step = next(one for one in found.steps if one.from_ms <= t_ms < one.to_ms)
    assert step.level == wanted(t_ms, LAMP, TABLE, StandingOrders(), {}, LampHealth()).level


def test_dusk_has_the_night_within_twilight() -> None:
    dusk = dusk_of(night().span, PRATO.position)
    (outer,), (inner,) = dusk.below_horizon, dusk.dark
    assert outer.from_ms < inner.from_ms < at("2027-03-24T00:00") < inner.to_ms < outer.to_ms
