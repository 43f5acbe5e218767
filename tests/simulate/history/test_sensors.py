"""Traffic and environment of the simulated town."""

from datetime import UTC, datetime

import pytest

from gateway.alarms.catalogue import STUCK_S, VARYING
from gateway.simulate.history.sensors import CLASS_EVERY_S, SensorSeries, sensor_series
from gateway.simulate.history.sky import NoiseTable
from gateway.simulate.history.town import Period, TownSensor, Troubles, town, troubles

TOWN = town(200)
WELL = troubles(TOWN, Period(0, 1))._replace(stuck={})
DAY = datetime(2026, 11, 25, tzinfo=UTC).timestamp()


def sensor(kind: str) -> TownSensor:
    return next(one for one in TOWN.sensors if one.kind == kind)


def series(kind: str, what: Troubles = WELL) -> list[SensorSeries]:
    return sensor_series(1, sensor(kind), 300.0, what, NoiseTable(1))


@pytest.mark.parametrize("kind", ["traffic", "air_quality", "noise", "weather"])
def test_every_reading_fits_its_stream(kind: str) -> None:
    for one in series(kind):
        for number in range(0, 288, 7):
            values = one.values(DAY + 300 * number)
            assert len(values) == len(one.stream.fields)
            assert one.stream.tags["area"]


def test_the_classes_of_a_lane_add_up_to_its_vehicles() -> None:
    lane, *classes = (one for one in series("traffic") if one.stream.tags["lane"] == "1")
    counted = by_class = 0
    for number in range(288):
        count = lane.values(DAY + 300 * number)[0]
        assert isinstance(count, int)
        counted += count
        if number and number * 300 % CLASS_EVERY_S == 0:
            parts = [one.values(DAY + 300 * number)[0] for one in classes]
            by_class += sum(part for part in parts if isinstance(part, int))
    assert counted > 1000
    assert by_class == pytest.approx(counted, rel=0.02)


def test_traffic_is_heavy_in_the_rush_hour_and_light_at_night() -> None:
    lane = series("traffic")[0]
    night, rush = (lane.values(DAY + 3600 * hour)[0] for hour in (2, 7))
    assert isinstance(night, int)
    assert isinstance(rush, int)
    assert rush > 3 * night


def test_a_stuck_sensor_does_not_change_and_a_sound_one_does() -> None:
    stuck = WELL._replace(stuck={sensor("air_quality").asset: Period(DAY, DAY + 86_400)})
    for what, different in ((stuck, 1), (WELL, 20)):
        (one,) = series("air_quality", what)
        assert len({tuple(one.values(DAY + 300 * number)) for number in range(20)}) == different


@pytest.mark.parametrize(("kind", "field"), sorted(VARYING))
def test_a_sound_sensor_raises_no_alarm_for_being_stuck(kind: str, field: str) -> None:
    (one,) = series(kind)
    names = [each.name for each in one.stream.fields]
    if field in names:
        place = names.index(field)
        assert len({one.values(DAY + 300 * number)[place] for number in range(round(STUCK_S / 300))}) > 1


def test_nights_are_quieter_than_days() -> None:
    (one,) = series("noise")
    night, day = (one.values(DAY + 3600 * hour)[0] for hour in (2, 11))
    assert isinstance(night, float)
    assert isinstance(day, float)
    assert day > night + 8
