"""The key `lighting` as it is written."""

from gateway.model.site.lighting import LampGroupSettings, LightingCalendarSettings, LightingProgramSettings
from tests.model.site.parts import problems_of, read


def test_a_program_without_keys_burns_always() -> None:
    found = read("{}", LightingProgramSettings)
    assert (found.periods, found.levels, found.effects) == ([], [], [])


def test_times_offsets_and_days_are_read_in_their_form() -> None:
    found = read('{periods: [{sunset_offset: -10min, end: "23:30"}]}', LightingProgramSettings).periods[0]
    assert (found.sunset_offset, found.end) == (-10, "23:30:00")
    rule = read("{rules: [{program: p, first: 06-15, weeks: [1, last], dates: [15]}]}", LightingCalendarSettings).rules[0]
    assert (rule.first, rule.weeks, rule.dates) == ("--06-15", [1, "last"], ["---15"])


def test_a_group_needs_lamps_and_their_power() -> None:
    assert "'power' is missing" in problems_of("lamps: [a]", LampGroupSettings)
    assert "the list is empty" in problems_of("{lamps: [], power: 5}", LampGroupSettings)
    assert "out of range" in problems_of("{lamps: [a], power: 5, default_level: 101}", LampGroupSettings)
