"""The wanted state: who wins, what fails to which side, and clocks that step."""

import pytest

from gateway.control.commands.override import Precedence
from gateway.control.commands.standing_orders import StandingOrders
from gateway.control.output import Output
from gateway.control.sensors.photocell import Photocell, PhotocellLimits
from gateway.control.sensors.sensed import Sensed
from gateway.control.wanted import LampHealth, Wanted, wanted
from tests.control.commands.orders import override, release
from tests.control.streets import LAMP, PRATO, ROAD, at, timetable
from tests.control.sun_oracle import elevation_deg

EVENING, NIGHT, NOON = at("2027-03-23T21:00"), at("2027-03-24T01:00"), at("2027-03-24T12:00")
TABLE = timetable()
HEALTHY, UNTRUSTED = LampHealth(), LampHealth(clock_trusted=False)
BOOT_MS = 35_000
"""The clock of a gateway without a battery, soon after it started: 1970."""


def now(
    t_ms: int = EVENING, output: Output = LAMP, *commands: object, sensors: dict[str, Sensed] | None = None, health: LampHealth = HEALTHY
) -> Wanted:
    return wanted(t_ms, output, TABLE, StandingOrders(commands), sensors or {}, health)  # type: ignore[arg-type]


def commanded(level: int, precedence: Precedence = Precedence.OVERRIDE, t_ms: int = EVENING, **changed: object) -> object:
    return override(
        f"{precedence.name}-{level}",
        issued_ms=t_ms - 60_000,
        level=level,
        precedence=precedence,
        **{"expires_ms": t_ms + 3_600_000} | changed,
    )


def test_the_program_is_the_reason_of_its_level() -> None:
    assert now(EVENING)[:4] == (100, "program", Precedence.CALENDAR, "dimmed")
    assert now(NIGHT).level == 60
    assert now(NOON).level == 0


def test_without_a_calendar_or_a_program_the_default_level_counts() -> None:
    assert now(EVENING, Output("a", default_level=80))[:3] == (80, "default", Precedence.DEFAULT)
    assert now(at("2027-07-01T23:00"), Output("a", "winter", default_level=30))[:3] == (30, "default", Precedence.DEFAULT)


def test_the_greatest_precedence_wins() -> None:
    safety, override_, rule = (
        commanded(level, one) for level, one in ((90, Precedence.SAFETY), (20, Precedence.OVERRIDE), (40, Precedence.RULE))
    )
    off_by_hand = LampHealth(hand_switch=False)
    assert now(EVENING, LAMP, rule).level == 40
    assert now(EVENING, LAMP, rule, override_).level == 20
    by_hand = now(EVENING, LAMP, rule, override_, health=off_by_hand)
    assert (by_hand.level, by_hand.precedence, by_hand.held) == (0, Precedence.HAND_SWITCH, "local_override")
    assert now(EVENING, LAMP, rule, override_, safety, health=off_by_hand).level == 90


def test_a_command_says_until_when_and_by_whose_word() -> None:
    found = now(EVENING, LAMP, commanded(20))
    assert (found.source, found.until_ms, found.reason) == ("OVERRIDE-20", EVENING + 3_600_000, "override")


def test_after_its_expiry_the_program_goes_on() -> None:
    command = commanded(20, expires_ms=EVENING, ramp_from_s=90.0)
    assert now(EVENING - 1, LAMP, command).level == 20
    found = now(EVENING + 1_000, LAMP, command)
    assert (found.level, found.reason, found.ramp_ends_ms) == (100, "program", EVENING + 90_000)
    assert now(EVENING + 90_000, LAMP, command).ramp_ends_ms is None


def test_a_release_may_have_a_ramp() -> None:
    found = now(EVENING + 5_000, LAMP, commanded(20), release("z", EVENING, ramp_s=60.0))
    assert (found.level, found.ramp_ends_ms) == (100, EVENING + 60_000)


def test_a_ramp_of_a_command_ends_so_long_after_its_start() -> None:
    command = commanded(20, ramp_s=120.0)
    assert now(EVENING, LAMP, command).ramp_ends_ms == EVENING + 60_000
    assert now(EVENING + 60_000, LAMP, command).ramp_ends_ms is None


def test_with_its_panel_off_a_lamp_is_interlocked() -> None:
    assert now(health=LampHealth(feeder_on=False)).held == "interlock"
    assert now(health=LampHealth(feeder_on=False, hand_switch=True)).held == "local_override"
    assert now().held is None


@pytest.mark.parametrize(("reduction", "level", "reason"), [(0, 90, "program"), (1, 70, "sensor"), (2, 45, "sensor")])
def test_traffic_reduces_the_light_by_categories(reduction: int, level: int, reason: str) -> None:
    found = now(EVENING, ROAD, sensors={"loop": Sensed(active=True, reduction=reduction)})
    assert (found.level, found.reason) == (level, reason)


def test_traffic_does_not_make_light_that_the_program_does_not_want() -> None:
    assert now(NOON, ROAD, sensors={"loop": Sensed(active=True, reduction=1)}).level == 0
    assert now(NIGHT, ROAD, sensors={"loop": Sensed(active=True, reduction=1)})[:2] == (60, "program")


def test_if_the_regulation_fails_the_design_category_is_met() -> None:
    failed = LampHealth(regulation_failed=True)
    assert now(NIGHT, ROAD, sensors={"loop": Sensed(active=True, reduction=2)}, health=failed).level == 90
    assert now(NIGHT, LAMP, health=failed).level == 100
    assert now(NOON, ROAD, health=failed).level == 0
    assert now(NIGHT, ROAD, sensors={"loop": Sensed(None)}).level == 60


def test_without_a_trusted_clock_the_photocell_decides_and_else_there_is_light() -> None:
    with_cell = ROAD._replace(photocell="cell")
    for t_ms in (BOOT_MS, NOON, EVENING):
        assert now(t_ms, with_cell, sensors={"cell": Sensed(active=True)}, health=UNTRUSTED)[:2] == (90, "sensor")
        assert now(t_ms, with_cell, sensors={"cell": Sensed(active=False)}, health=UNTRUSTED).level == 0
        assert now(t_ms, with_cell, sensors={"cell": Sensed(None)}, health=UNTRUSTED)[:2] == (90, "default")
        assert now(t_ms, LAMP, health=UNTRUSTED).level == 100


def test_without_a_trusted_clock_a_command_with_an_end_does_not_count_and_a_hand_switch_does() -> None:
    assert now(EVENING, LAMP, commanded(20), health=UNTRUSTED).level == 100
    permanent = commanded(20, expires_ms=None, review_ms=EVENING)
    assert now(BOOT_MS, LAMP, permanent, health=UNTRUSTED).level == 20
    assert now(BOOT_MS, LAMP, health=LampHealth(clock_trusted=False, hand_switch=False)).level == 0


@pytest.mark.parametrize("wrong_by_h", [-1, 1, -480_000])
@pytest.mark.parametrize("text", ["2027-03-24T12:00", "2027-03-23T23:30", "2027-03-24T04:30", "2027-03-28T01:30", "2027-10-31T02:30"])
def test_the_first_look_after_a_correction_of_the_clock_is_right(text: str, wrong_by_h: int) -> None:
    """Whatever a gateway with a wrong clock computed before, even at a boot in 1970: a second later it wants what one wants that was right."""
    t_ms, table = at(text), timetable()
    for number in range(30):
        wrong_ms = max(0, t_ms - (30 - number) * 1000 + wrong_by_h * 3_600_000)
        wanted(wrong_ms, LAMP, table, StandingOrders(), {}, LampHealth(clock_trusted=wrong_by_h != -480_000))
    assert wanted(t_ms + 1000, LAMP, table, StandingOrders(), {}, HEALTHY) == wanted(
        t_ms + 1000, LAMP, timetable(), StandingOrders(), {}, HEALTHY
    )


def night_with_cell(answer: object, begin: str = "2027-03-20T12:00") -> list[int]:
    """Return the levels of a day, each minute, of a lamp with a photocell that answers `answer(is dark, minute)`; None is silence."""
    cell, limits, levels = Photocell(), PhotocellLimits(), []
    lamp, begin_ms = Output("a", "cell"), at(begin)
    for minute in range(24 * 60):
        t_ms, at_s = begin_ms + minute * 60_000, 1_000.0 + 60 * minute
        elevation = elevation_deg(PRATO, t_ms)
        value = answer(elevation, minute)  # type: ignore[operator]
        cell = cell if value is None else cell.heard(value, at_s, limits)
        cell = cell.passed(at_s, limits).compared(elevation, at_s, limits)
        levels.append(wanted(t_ms, lamp, TABLE, StandingOrders(), {"cell": cell.sensed(at_s, limits)}, HEALTHY).level)
    return levels


def hours(levels: list[int]) -> float:
    return sum(one > 0 for one in levels) / 60


def test_every_fault_of_a_photocell_leaves_the_night_of_the_sun_and_none_a_dark_street() -> None:
    """On 20 March: 11 h 49 min of night; the program begins 15 min after sunset, ends 5 min before sunrise, and the cell may add an hour."""
    right = night_with_cell(lambda elevation, _minute: 5.0 if elevation < -1 else 400.0)
    faults = {
        "stuck dark": night_with_cell(lambda _elevation, _minute: True),
        "stuck bright": night_with_cell(lambda _elevation, _minute: False),
        "dirty": night_with_cell(lambda elevation, _minute: max(0.0, elevation) * 0.5),
        "flashing": night_with_cell(lambda _elevation, minute: minute % 2 == 0),
        "silent": night_with_cell(lambda _elevation, _minute: None),
        "silent from midnight": night_with_cell(lambda elevation, minute: None if minute > 720 else 5.0 if elevation < -1 else 400.0),
    }
    dark = [elevation_deg(PRATO, at("2027-03-20T12:00") + minute * 60_000) < -6 for minute in range(24 * 60)]
    for name, levels in {"right": right, **faults}.items():
        assert all(level for level, is_dark in zip(levels, dark, strict=True) if is_dark), name
        assert hours(levels) <= 11.49 + 2, name
    assert hours(right) == pytest.approx(11.72, abs=0.1)
    assert hours(faults["silent"]) == hours(faults["flashing"]) == pytest.approx(11.49, abs=0.05)
    assert hours(faults["stuck dark"]) == hours(faults["dirty"]) == pytest.approx(11.49, abs=0.05)
