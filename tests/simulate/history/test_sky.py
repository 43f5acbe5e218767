"""The sun, the lamps' programme and the noise of the simulated town."""

from datetime import UTC, datetime

import pytest

from gateway.simulate.history.sky import NoiseTable, elevation_deg, is_weekend, local_hour, programmed_level


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("noon", "elevation"),
    [("2026-06-21T11:16", 69.6), ("2026-12-21T11:16", 22.7), ("2026-03-20T11:16", 46.1)],
)
def test_the_sun_of_prato_is_as_high_at_noon_as_its_latitude_says(noon: str, elevation: float) -> None:
    assert elevation_deg(at(noon)) == pytest.approx(elevation, abs=1.0)


def test_the_lamps_burn_at_night_and_are_dimmed_after_eleven() -> None:
    assert [programmed_level(at(f"2026-11-30T{hour}:00")) for hour in ("12", "18", "23")] == [0, 100, 60]


def test_the_nights_of_a_year_have_about_as_many_hours_as_published() -> None:
    begin = at("2026-01-01T00:00")
    hours = sum(programmed_level(begin + 900 * number) > 0 for number in range(4 * 8760)) / 4
    assert hours == pytest.approx(4299, rel=0.01)


def test_days_of_the_week_are_those_of_central_europe() -> None:
    assert [is_weekend(at(f"2026-11-{day}T12:00")) for day in (27, 28, 29, 30)] == [False, True, True, False]
    assert is_weekend(at("2026-11-27T23:30"))
    assert local_hour(at("2026-11-27T23:30")) == 0.5


def test_noise_is_the_same_for_the_same_seed_and_has_unit_variance() -> None:
    table = NoiseTable(3)
    values = [table.at(5, number) for number in range(4000)]
    again, other = NoiseTable(3), NoiseTable(4)
    assert values == [again.at(5, number) for number in range(4000)]
    assert sum(value * value for value in values) / 4000 == pytest.approx(1, abs=0.1)
    assert values[:10] != [other.at(5, number) for number in range(10)]
