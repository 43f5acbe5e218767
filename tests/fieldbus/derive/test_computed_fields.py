"""Computed fields: sums, differences, limits; and modes that suspend a stream."""

from decimal import Decimal

import pytest

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.processor import Processor
from gateway.model.profile import Derived, Measurement, Point
from gateway.model.quality import Quality
from gateway.model.site.lines import OverrideSettings
from tests.fieldbus.derive.devices import bound, profile, reading

PHASES = [Point(name=f"p{n}", input=2 * n, type="int32", scale=Decimal("0.1"), unit="kW") for n in (1, 2, 3)]


def summed() -> BoundDevice:
    measurement = Measurement(measurement="lighting_meter", fields={"active_power_l1": "p1", "active_power": "total"})
    return bound(profile(PHASES, [measurement], derived=[Derived(name="total", sum=["p1", "p2", "p3"])]))


def test_power_is_the_sum_of_the_phases_if_the_device_has_no_total() -> None:
    device = summed()
    stream = Processor(device).streams[0]
    assert [(field.name, field.unit) for field in stream.fields] == [("active_power_l1", "W"), ("active_power", "W")]
    (total,) = Processor(device).process([reading(5, 12, 12, -3, 20)])
    assert (total.t_ms, total.values, total.quality) == (5, [12, 2900.0], {})


def test_a_sum_without_one_of_its_parts_is_absent_with_the_quality_of_that_part() -> None:
    (one,) = Processor(summed()).process([reading(5, 12, 12, None, 20, quality={2: int(Quality.BadTimeout)})])
    assert (one.values, one.quality) == ([12, None], {1: Quality.BadTimeout})


def counting(wraps_at: int | None) -> Processor:
    points = [Point(name="count", input=0, type="uint16", unit="{count}", wraps_at=wraps_at)]
    measurement = Measurement(measurement="traffic", fields={"vehicle_count_total": "count", "vehicle_count": "passed"})
    return Processor(bound(profile(points, [measurement], derived=[Derived(name="passed", difference="count")])))


@pytest.mark.parametrize(("wraps_at", "told"), [(256, [None, 5, 250, 6]), (None, [None, 5, 250, None])])
def test_a_difference_is_what_a_counter_has_counted_since_its_last_reading(wraps_at: int | None, told: list[int | None]) -> None:
    processor = counting(wraps_at)
    found = [processor.process([reading(t, count, count)])[0].values[1] for t, count in enumerate([0, 5, 255, 5])]
    assert found == told


def test_a_missing_reading_loses_nothing_that_was_counted_meanwhile() -> None:
    processor = counting(256)
    processor.process([reading(1, 10, 10)])
    (gone,) = processor.process([reading(2, None, None, quality={0: int(Quality.BadTimeout), 1: int(Quality.BadTimeout)})])
    assert gone.values == [None, None]
    assert processor.process([reading(3, 17, 17)])[0].values == [17, 7]


def test_a_bay_is_occupied_below_a_distance_that_the_site_can_override() -> None:
    points = [Point(name="distance", input=0, type="uint16", unit="mm")]
    one = profile(points, [Measurement(measurement="parking_spot", fields={"distance": "distance", "occupied": "taken"})],
                  derived=[Derived(name="taken", below="distance", limit=Decimal(1500))])  # fmt: skip
    assert [Processor(bound(one)).process([reading(1, mm, mm)])[0].values[1] for mm in (1499, 1500, 2200)] == [True, False, False]
    higher = bound(one, overrides={"taken": OverrideSettings(limit=Decimal(2300))})
    assert Processor(higher).process([reading(1, 2200, 2200)])[0].values[1] is True


def test_a_measurement_applies_only_in_its_mode_and_a_change_takes_effect_at_once() -> None:
    points = [
        Point(name="level", input=0, type="uint16", unit="%"),
        Point(name="mode", holding=9, type="uint16", enum={0: "single", 1: "pair"}),
    ]
    one = profile(points, [Measurement(measurement="lamp", when={"mode": ["single"]}, fields={"dim_level": "level"})])
    processor = Processor(bound(one))
    assert [list(row.values) for row in processor.process([reading(1, 50, "single")])] == [[50]]
    assert list(processor.process([reading(2, 50, "pair")])) == []
    assert list(processor.process([reading(3, 50, None)])) == []
