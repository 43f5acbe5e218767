"""Clock, time source, battery-backed clock, time zone."""

import pytest

from gateway.doctor.rules.clocks import ClockFacts, ZoneFacts, clock, clock_source, rtc, time_zone

NOW_MS = 1_790_000_000_000


@pytest.mark.parametrize(
    ("synchronised", "day_ms", "state"),
    [(True, NOW_MS, "ok"), (False, NOW_MS, "warning"), (False, 86_400_000, "failed"), (True, 0, "failed")],
)
def test_a_clock_is_right_if_it_is_synchronised_and_not_of_another_age(synchronised: bool, day_ms: int, state: str) -> None:
    assert clock(ClockFacts(synchronised, day_ms, None, ())).state == state


def test_something_has_to_set_the_clock() -> None:
    found = clock_source(ClockFacts(True, NOW_MS, None, ("chrony",)))
    assert (found.state, found.sentence.en) == ("ok", "the clock is set by chrony")
    assert clock_source(ClockFacts(True, NOW_MS, None, ())).state == "warning"


@pytest.mark.parametrize(
    ("rtc_ms", "state"), [(NOW_MS + 2000, "ok"), (NOW_MS - 60_000, "warning"), (946_684_800_000, "failed"), (None, "warning")]
)
def test_a_battery_backed_clock_agrees_with_the_time_of_day(rtc_ms: int | None, state: str) -> None:
    assert rtc(ClockFacts(True, NOW_MS, rtc_ms, ())).state == state


@pytest.mark.parametrize(
    ("machine", "site", "known", "state"),
    [
        ("Europe/Rome", "Europe/Rome", True, "ok"),
        ("UTC", None, False, "not applicable"),
        (None, None, False, "warning"),
        ("UTC", "Europe/Rome", False, "failed"),
    ],
)
def test_the_time_zone_of_the_site_has_to_be_known(machine: str | None, site: str | None, known: bool, state: str) -> None:
    assert time_zone(ZoneFacts(machine, site, known)).state == state
