"""The energy that the panels have drawn today."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from gateway.centre.energy import EnergyToday, day_begin_ms, energy_today
from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, StreamField
from tests.centre.readings import ME

ROME = ZoneInfo("Europe/Rome")
MIDNIGHT_MS = 1_795_906_800_000
"""29 November 2026, 00:00 in Rome (+01:00)."""

HOUR_MS = 3_600_000
METER = Stream("qe-1", "meter-1", "test", "lighting_meter", (StreamField("active_energy", FieldType.FLOAT, "W.h"),), 5.0)

Energy = Callable[..., EnergyToday]


@pytest.fixture
def energy(tmp_path: Path) -> Iterator[Energy]:
    """Return what computes the energy at 10 o'clock from readings: milliseconds after midnight and counters, by asset."""
    store = HistoryStore(tmp_path / "h.sqlite")
    reader = HistoryReader(tmp_path / "h.sqlite")

    def computed(**meters: list[tuple[int, float]]) -> EnergyToday:
        for asset, counted in meters.items():
            one = origin(ME, msgspec.structs.replace(METER, asset=asset))
            assert store.write([[StoredRow(one, MIDNIGHT_MS + t_ms, [value]) for t_ms, value in counted]]) == []
        return energy_today(reader, ROME, MIDNIGHT_MS + 10 * HOUR_MS)

    yield computed
    reader.close()
    store.close()


@pytest.mark.parametrize(
    ("now_ms", "zone", "begin_ms"),
    [
        (MIDNIGHT_MS, ROME, MIDNIGHT_MS),
        (MIDNIGHT_MS - 1, ROME, MIDNIGHT_MS - 24 * HOUR_MS),
        (MIDNIGHT_MS + HOUR_MS, ZoneInfo("UTC"), MIDNIGHT_MS + HOUR_MS),
        (MIDNIGHT_MS, ZoneInfo("UTC"), MIDNIGHT_MS - 23 * HOUR_MS),
        (1_774_780_000_000, ROME, 1_774_738_800_000),  # 29 March 2026: the clock was advanced at 2 o'clock
        (1_774_780_000_000, ZoneInfo("Asia/Kathmandu"), 1_774_721_700_000),
    ],
)
def test_a_day_begins_at_midnight_in_the_time_zone_of_the_site(now_ms: int, zone: ZoneInfo, begin_ms: int) -> None:
    assert day_begin_ms(now_ms, zone) == begin_ms


def test_the_energy_of_today_is_what_counters_rose_since_the_last_reading_before_midnight(energy: Energy) -> None:
    found = energy(
        a=[(-2 * HOUR_MS, 100), (-5000, 1000), (5000, 1010), (9 * HOUR_MS, 1500)],
        b=[(-60_000, 7000), (9 * HOUR_MS, 7250.5)],
    )
    assert found == EnergyToday(750.5, 2, MIDNIGHT_MS)


def test_a_counter_that_is_set_anew_adds_nothing_at_that_moment(energy: Energy) -> None:
    assert energy(a=[(-5000, 1000), (HOUR_MS, 1200), (2 * HOUR_MS, 3), (3 * HOUR_MS, 53)]).watt_hours == 250


def test_a_meter_that_is_new_today_counts_from_its_first_reading(energy: Energy) -> None:
    assert energy(a=[(HOUR_MS, 1000), (HOUR_MS + 60_000, 1010), (2 * HOUR_MS, 1100)]).watt_hours == 100
    assert energy(b=[(HOUR_MS + 1_000_000, 50), (HOUR_MS + 1_100_000, 57)]).watt_hours == 107


def test_a_meter_without_a_reading_today_is_not_measured(energy: Energy) -> None:
    assert energy(a=[(-5000, 1000)]) == EnergyToday(0, 0, MIDNIGHT_MS)


def test_a_meter_that_was_silent_over_midnight_counts_from_its_first_reading_of_the_day(energy: Energy) -> None:
    assert energy(a=[(-2 * HOUR_MS, 500), (HOUR_MS, 1000), (2 * HOUR_MS, 1100)]).watt_hours == 100
