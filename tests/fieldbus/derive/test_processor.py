"""What a gateway makes of readings: sums, differences, limits, modes, alarms, transformers, and energy by the quarter hour."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.processor import Processor, ProcessorState
from gateway.fieldbus.derive.quarter_hours import QUARTER_MS
from gateway.model.profile import AlarmRule, Derived, Measurement, Modbus, Point, Profile, Source
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site import DeviceSettings, OverrideSettings, RatioSettings

T0_MS = 2_000_000 * QUARTER_MS
"""The beginning of some quarter hour."""


def profile(points: list[Point], measurements: list[Measurement], **more: Any) -> Profile:
    return Profile(profile="made", vendor="v", model="m", kind="lighting_meter", confidence="low", sources=[Source(ref="here")],
                   modbus=Modbus(unit=1), points=points, measurements=measurements, **more)  # fmt: skip


def meter(*extra: Point, fields: dict[str, str] | None = None, **more: Any) -> Profile:
    points = [Point(name="energy", input=0, type="uint32", scale=Decimal("0.1"), unit="kW.h", wraps_at=more.pop("wraps_at", None)), *extra]
    return profile(points, [Measurement(measurement="lighting_meter", fields=fields or {"active_energy": "energy"}), *more.pop("measurements", [])], **more)  # fmt: skip


def bound(one: Profile, **site: Any) -> BoundDevice:
    return bind(DeviceSettings(id="d", profile="made", asset="a", **site), one, {})


def reading(t_ms: int, *values: object, stream: int = 0, quality: dict[int, int] | None = None) -> Reading:
    return Reading(stream, t_ms, list(values), quality or {})  # type: ignore[arg-type]


def test_a_device_of_which_nothing_is_computed_passes_as_it_is() -> None:
    device = bound(
        profile(
            [Point(name="v", input=0, type="uint16", unit="V")], [Measurement(measurement="lighting_meter", fields={"voltage_l1": "v"})]
        )
    )
    processor = Processor(device)
    readings = [reading(1, 230)]
    assert processor.process(readings) is readings
    assert processor.streams == tuple(one.stream for one in device.streams)


PHASES = [Point(name=f"p{n}", input=2 * n, type="int32", scale=Decimal("0.1"), unit="kW") for n in (1, 2, 3)]


def summed() -> BoundDevice:
    measurement = Measurement(measurement="lighting_meter", fields={"active_power_l1": "p1", "active_power": "total"})
    return bound(profile(PHASES, [measurement], derived=[Derived(name="total", sum=["p1", "p2", "p3"])]))


def test_power_is_the_sum_of_its_phases_where_the_device_has_none() -> None:
    device = summed()
    (stream,) = Processor(device).streams
    assert [(field.name, field.unit) for field in stream.fields] == [("active_power_l1", "W"), ("active_power", "W")]
    ((_, t_ms, values, quality),) = Processor(device).process([reading(5, 12, 12, -3, 20)])
    assert (t_ms, values, quality) == (5, [12, 2900.0], {})


def test_a_sum_that_lacks_a_part_is_absent_and_says_why() -> None:
    (one,) = Processor(summed()).process([reading(5, 12, 12, None, 20, quality={2: int(Quality.BadTimeout)})])
    assert (one.values, one.quality) == ([12, None], {1: Quality.BadTimeout})


def counting(wraps_at: int | None) -> Processor:
    points = [Point(name="count", input=0, type="uint16", unit="{count}", wraps_at=wraps_at)]
    measurement = Measurement(measurement="traffic", fields={"vehicle_count_total": "count", "vehicle_count": "passed"})
    return Processor(bound(profile(points, [measurement], derived=[Derived(name="passed", difference="count")])))


@pytest.mark.parametrize(("wraps_at", "told"), [(256, [None, 5, 250, 6]), (None, [None, 5, 250, None])])
def test_a_counter_tells_what_passed_since_its_last_reading(wraps_at: int | None, told: list[int | None]) -> None:
    processor = counting(wraps_at)
    found = [processor.process([reading(t, count, count)])[0].values[1] for t, count in enumerate([0, 5, 255, 5])]
    assert found == told


def test_a_reading_that_is_missing_does_not_cost_what_passed_meanwhile() -> None:
    processor = counting(256)
    processor.process([reading(1, 10, 10)])
    (gone,) = processor.process([reading(2, None, None, quality={0: int(Quality.BadTimeout), 1: int(Quality.BadTimeout)})])
    assert gone.values == [None, None]
    assert processor.process([reading(3, 17, 17)])[0].values == [17, 7]


def test_a_bay_is_taken_while_something_is_nearer_than_the_limit_which_the_site_may_set() -> None:
    points = [Point(name="distance", input=0, type="uint16", unit="mm")]
    one = profile(points, [Measurement(measurement="parking_spot", fields={"distance": "distance", "occupied": "taken"})],
                  derived=[Derived(name="taken", below="distance", limit=Decimal(1500))])  # fmt: skip
    assert [Processor(bound(one)).process([reading(1, mm, mm)])[0].values[1] for mm in (1499, 1500, 2200)] == [True, False, False]
    higher = bound(one, overrides={"taken": OverrideSettings(limit=Decimal(2300))})
    assert Processor(higher).process([reading(1, 2200, 2200)])[0].values[1] is True


def test_a_measurement_holds_only_in_its_mode_and_a_change_of_it_is_seen_at_once() -> None:
    points = [
        Point(name="level", input=0, type="uint16", unit="%"),
        Point(name="mode", holding=9, type="uint16", enum={0: "single", 1: "pair"}),
    ]
    one = profile(points, [Measurement(measurement="lamp", when={"mode": ["single"]}, fields={"dim_level": "level"})])
    processor = Processor(bound(one))
    assert [list(row.values) for row in processor.process([reading(1, 50, "single")])] == [[50]]
    assert list(processor.process([reading(2, 50, "pair")])) == []
    assert list(processor.process([reading(3, 50, None)])) == []


ALARMS = [
    AlarmRule(alarm="failed", point="state", one_of=["broken"], en="broken", it="rotta"),
    AlarmRule(alarm="hot", point="heat", above=Decimal(60), en="hot", it="calda"),
    AlarmRule(alarm="open", point="door", en="open", it="aperta"),
]


def alarmed() -> BoundDevice:
    points = [Point(name="state", input=0, type="uint16", enum={0: "fine", 1: "broken"}),
              Point(name="heat", input=1, type="int16", scale=Decimal("0.1"), unit="Cel"), Point(name="door", discrete=3, type="bool")]  # fmt: skip
    return bound(profile(points, [Measurement(measurement="lamp", fields={"control_gear_temperature": "heat"})], alarms=ALARMS))


def test_a_state_raises_an_event_when_it_begins_and_when_it_ends_and_none_in_between() -> None:
    device = alarmed()
    processor = Processor(device)
    assert device.streams[1].stream.measurement == "event"
    told: list[list[object]] = []
    for t_ms, state, heat, door in [
        (1, "fine", 599, False),
        (2, "broken", 601, False),
        (3, "broken", 650, False),
        (4, None, 600, True),
        (5, "fine", None, True),
    ]:
        told += [[row.t_ms, *row.values] for row in processor.process([reading(t_ms, state, heat, door, stream=1)])]
    assert told == [
        [2, "failed", True, "broken", "rotta"],
        [2, "hot", True, "hot", "calda"],
        [4, "hot", False, "hot", "calda"],
        [4, "open", True, "open", "aperta"],
        [5, "failed", False, "broken", "rotta"],
    ]


def test_an_alarm_that_ended_while_the_gateway_was_off_is_said_to_have_ended_and_one_that_goes_on_is_not_said_again() -> None:
    device = alarmed()
    first = Processor(device)
    first.process([reading(1, "broken", 650, False, stream=1)])
    kept = first.changed_state()
    assert kept is not None
    assert kept.active == ["a/failed", "a/hot"]
    again = Processor(device, kept)
    assert [list(row.values[:2]) for row in again.process([reading(9, "fine", 650, False, stream=1)])] == [["failed", False]]


def test_transformers_that_the_meter_does_not_know_change_its_values_and_leave_its_register_as_it_is() -> None:
    points = [
        Point(name="volts", input=4, type="uint16", unit="V"),
        Point(name="amps", input=5, type="uint16", unit="A"),
        Point(name="watts", input=6, type="int16", unit="W"),
    ]
    fields = {"active_energy": "energy", "voltage_l1": "volts", "current_l1": "amps", "active_power": "watts"}
    one = meter(*points, fields=fields)
    plain = bound(one).streams[0].stream.fields
    ratio = bound(one, ratio=RatioSettings(current=Decimal(40), voltage=Decimal(2)), reversed=True)
    told = {field.name: field.converter()(7) for field in ratio.streams[0].stream.fields}
    assert {field.name: field.converter()(7) for field in plain} == {
        "active_energy": 700,
        "voltage_l1": 7,
        "current_l1": 7,
        "active_power": 7,
    }
    assert told == {"active_energy": 700 * 80, "active_energy_register": 700, "voltage_l1": 14, "current_l1": 280, "active_power": -7 * 80}


def test_a_meter_that_is_named_is_a_series_of_its_own() -> None:
    assert bound(meter(), meter="sn-17").streams[0].stream.tags == {"meter": "sn-17"}


def test_how_a_channel_is_mounted_is_a_tag_of_its_stream() -> None:
    points = [Point(name="count", input=0, type="uint16", unit="{count}", stride=1)]
    one = profile(
        points,
        [Measurement(measurement="traffic", tags={"lane": "{n}", "loop": "{channel}"}, fields={"vehicle_count": "count"})],
        channels=4,
    )
    device = bind(
        DeviceSettings(id="d", profile="made", channels={0: "road", 3: "road"}, mounting={3: {"direction": "south", "lane": "left"}}),
        one,
        {},
    )
    assert [one.stream.tags for one in device.streams] == [{"lane": "1", "loop": "0"}, {"lane": "left", "loop": "3", "direction": "south"}]


# Energy by the quarter hour


def quarters(processor: Processor, *told: tuple[int, int | None], steady: bool = True) -> list[tuple[int, float]]:
    """Read the meter at some seconds after the first quarter's beginning; give the quarters that closed: which, and their energy in Wh.

    A `steady` meter is read once a minute in between too.
    """
    found = []
    between: list[tuple[int, int | None]] = []
    for (before_s, raw), (after_s, _) in itertools.pairwise(told):
        steps = range(before_s // 900 * 900 + 120, after_s // 900 * 900 + 900, 60) if steady and after_s - before_s < 3000 else ()
        between += [(t_s, raw) for t_s in steps if before_s < t_s < after_s and t_s % 900 > 60]
    for t_s, raw in sorted([*told, *between], key=lambda one: one[0]) if steady else told:
        for row in processor.process([reading(T0_MS + 1000 * t_s, raw)]):
            if row.stream == 1:
                found.append(((row.t_ms - T0_MS) // QUARTER_MS, row.values[0]))
    return found  # type: ignore[return-value]


def test_a_closed_quarter_hour_has_the_energy_between_its_first_reading_and_the_next_ones() -> None:
    processor = Processor(bound(meter()))
    assert processor.streams[1].every_s == 900
    assert quarters(processor, (-5, 990), (5, 1000), (450, 1040), (899, 1090), (904, 1100), (1803, 1250)) == [(1, 10_000.0), (2, 15_000.0)]


def test_a_quarter_whose_beginning_or_end_was_not_read_is_absent_and_the_next_are_right() -> None:
    assert quarters(Processor(bound(meter())), (300, 1000), (905, 1100), (1805, 1200)) == [(2, 10_000.0)]
    assert quarters(Processor(bound(meter())), (5, 1000), (1000, 1100), (1805, 1200), (2705, 1210)) == [(3, 1000.0)]
    assert quarters(Processor(bound(meter())), (5, 1000), (3605, 1100), (4505, 1101)) == [(5, 100.0)]


def test_a_register_that_fell_is_another_meters_and_makes_no_energy() -> None:
    assert quarters(Processor(bound(meter())), (5, 9_000_000), (905, 40), (1805, 50)) == [(2, 1000.0)]


def test_a_register_that_wraps_around_goes_on() -> None:
    assert quarters(Processor(bound(meter(wraps_at=10_000))), (5, 9990), (905, 20)) == [(1, 3000.0)]


def test_a_clock_that_is_set_makes_no_energy() -> None:
    after = [(905 + 60 * minute, 1150) for minute in range(15)]
    assert quarters(Processor(bound(meter())), (5, 1000), (86405, 1100), *after, (1805, 1160), steady=False) == [(2, 1000.0)]


def test_a_meter_without_a_number_that_was_long_away_closes_no_quarter_for_it_may_be_another() -> None:
    processor = Processor(bound(meter()))
    steps = [(900 + 10 * step, 9000) for step in range(91)]
    assert quarters(processor, (5, 1000), (600, 8000), *steps, steady=False) == [(2, 0.0)]


def test_a_restart_in_between_costs_no_quarter() -> None:
    device = bound(meter(), meter="sn-1")
    first = Processor(device)
    assert quarters(first, (5, 1000), (300, 1020)) == []
    kept = first.changed_state()
    assert kept is not None
    assert first.changed_state() is None
    assert quarters(Processor(device, kept), (600, 1050), (905, 1100)) == [(1, 10_000.0)]


def test_what_was_kept_of_another_meter_counts_for_nothing() -> None:
    first = Processor(bound(meter(), meter="sn-1"))
    quarters(first, (5, 1000))
    assert quarters(Processor(bound(meter(), meter="sn-2"), first.changed_state()), (905, 5000), (1805, 5001)) == [(2, 100.0)]


SERIAL = Point(name="serial", holding=9, type="uint32")
IDENTITY = Measurement(measurement="device", fields={"serial_number": "serial"})


def identified() -> Processor:
    return Processor(bound(meter(SERIAL, measurements=[IDENTITY])))


def seen(processor: Processor, t_s: int, raw: int | None, serial: str | None) -> list[float]:
    readings = [reading(T0_MS + 1000 * t_s, raw)] + ([reading(T0_MS + 1000 * t_s, serial, stream=1)] if serial else [])
    return [row.values[0] for row in processor.process(readings) if row.stream == 2]  # type: ignore[misc]


def test_a_meter_that_comes_back_with_another_number_begins_anew_even_with_a_higher_register() -> None:
    processor = identified()
    assert seen(processor, 5, 1000, "17") == []
    assert seen(processor, 20, 1001, None) == []
    # It is away for five minutes, and another one hangs there.
    assert seen(processor, 320, 77_000, "18") == []
    assert seen(processor, 895, 77_001, None) == []
    assert seen(processor, 905, 77_010, "18") == []
    for t_s in range(915, 1800, 10):
        assert seen(processor, t_s, 77_020, None) == []
    assert seen(processor, 1805, 77_110, None) == [10_000.0]


def test_the_same_meter_that_was_away_goes_on_once_its_number_was_read_again() -> None:
    processor = identified()
    seen(processor, 5, 1000, "17")
    assert seen(processor, 400, 1040, "17") == []
    for t_s in range(410, 900, 10):
        seen(processor, t_s, 1090, None)
    assert seen(processor, 905, 1100, None) == [10_000.0]


def test_a_meter_that_was_away_and_has_not_said_its_number_closes_no_quarter() -> None:
    processor = identified()
    seen(processor, 5, 1000, "17")
    assert seen(processor, 904, 1100, None) == []


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 500)), min_size=1, max_size=200))
def test_the_quarters_never_sum_to_more_than_the_register_moved(steps: list[tuple[int, int]]) -> None:
    processor = Processor(bound(meter()))
    t_s, register, total = 0, 0, 0.0
    for wait_s, more in steps:
        t_s, register = t_s + wait_s, register + more
        total += sum(energy for _, energy in quarters(processor, (t_s, register)))
    assert total <= 100 * register


def test_every_kept_register_survives_a_round_through_its_file() -> None:
    import msgspec

    processor = Processor(bound(meter(), meter="sn-1"))
    quarters(processor, (5, 1000))
    kept = processor.changed_state()
    assert msgspec.json.decode(msgspec.json.encode(kept), type=ProcessorState) == kept
