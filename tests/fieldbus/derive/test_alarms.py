"""Alarms: one event when a condition becomes active, and one when it is cleared."""

from decimal import Decimal

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.processor import Processor
from gateway.model.profile import AlarmRule, Measurement, Point
from tests.fieldbus.derive.devices import bound, profile, reading

ALARMS = [
    AlarmRule(alarm="failed", point="state", one_of=["broken"], en="broken", it="rotta"),
    AlarmRule(alarm="hot", point="heat", above=Decimal(60), en="hot", it="calda"),
    AlarmRule(alarm="open", point="door", en="open", it="aperta"),
]


def alarmed() -> BoundDevice:
    points = [Point(name="state", input=0, type="uint16", enum={0: "fine", 1: "broken"}),
              Point(name="heat", input=1, type="int16", scale=Decimal("0.1"), unit="Cel"), Point(name="door", discrete=3, type="bool")]  # fmt: skip
    return bound(profile(points, [Measurement(measurement="lamp", fields={"control_gear_temperature": "heat"})], alarms=ALARMS))


def test_an_alarm_causes_one_event_when_it_becomes_active_and_one_when_it_is_cleared() -> None:
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


def test_after_a_restart_a_cleared_alarm_causes_its_event_and_an_active_one_no_second() -> None:
    device = alarmed()
    first = Processor(device)
    first.process([reading(1, "broken", 650, False, stream=1)])
    kept = first.changed_state()
    assert kept is not None
    assert kept.active == ["a/failed", "a/hot"]
    again = Processor(device, kept)
    assert [list(row.values[:2]) for row in again.process([reading(9, "fine", 650, False, stream=1)])] == [["failed", False]]
