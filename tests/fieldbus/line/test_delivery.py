"""Readings are delivered to the sink, supplies are updated, and a silent device is logged once."""

import logging
from collections.abc import Sequence

import pytest

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.counters import LineCounts
from gateway.fieldbus.line.delivery import Delivery, OvertakenPolls
from gateway.fieldbus.line.driver_port import Poll, empty_readings
from gateway.fieldbus.line.power import PowerSupplies
from gateway.fieldbus.line.schedule import Schedule
from gateway.fieldbus.line.ticks import Turn
from gateway.fieldbus.wire.port import WireError
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, SupplySettings

PROFILE = ProfileLibrary().get("xy_md02")
METER = bind(DeviceSettings(id="meter", profile="xy_md02", asset="a"), PROFILE, {})
LAMP = bind(
    DeviceSettings(id="lamp", profile="xy_md02", asset="b", powered_by=SupplySettings(device="meter", point="temperature")), PROFILE, {}
)
TURN = Turn(0, (0,), ())


class Delivered:
    def __init__(self) -> None:
        self.readings: list[tuple[str, Reading]] = []
        self.counts, self.supplies = LineCounts(), PowerSupplies([METER, LAMP])
        self.delivery = Delivery("l", [METER, LAMP], self._take, lambda: 1234, self.supplies, self.counts)

    def _take(self, device: BoundDevice, readings: Sequence[Reading]) -> None:
        self.readings.extend((device.id, reading) for reading in readings)


def poll(value: int) -> Poll:
    return Poll([Reading(0, 1, [value, 5], {})], answered=True)


SILENT = Poll(empty_readings(METER, [0], Quality.BadTimeout, 1), answered=False)


def test_a_poll_reaches_the_sink_and_updates_the_supplies() -> None:
    one = Delivered()
    one.delivery.poll(TURN, poll(0))
    assert one.readings == [("meter", Reading(0, 1, [0, 5], {}))]
    assert not one.supplies.powered(LAMP)


def test_a_turn_without_a_poll_delivers_readings_without_values() -> None:
    one = Delivered()
    one.delivery.no_data(TURN, Quality.BadNotConnected)
    code = int(Quality.BadNotConnected)
    assert one.readings == [("meter", Reading(0, 1234, [None, None], {0: code, 1: code}))]


def test_a_silent_device_is_logged_once_and_once_more_when_it_responds_again(caplog: pytest.LogCaptureFixture) -> None:
    one = Delivered()
    with caplog.at_level(logging.INFO):
        for result in (poll(1), SILENT, SILENT, SILENT, poll(1), poll(1), SILENT):
            one.delivery.poll(TURN, result)
    assert [record.getMessage() for record in caplog.records] == [
        "line l: device meter does not respond",
        "line l: device meter responds again",
        "line l: device meter does not respond",
    ]
    assert one.counts.silent == 4


async def test_an_overtaken_poll_that_fails_delivers_why_and_the_last_one_to_end_lets_the_line_end() -> None:
    one, ended = Delivered(), [0]

    def count() -> None:
        ended[0] += 1

    schedule = Schedule([METER, LAMP], 0.0, probe_s=1.0, share=0.1, jitter=lambda: 1.0, whole_seconds=True)
    polls = OvertakenPolls(schedule, one.delivery, count)
    first, second = schedule.round(0.0)[0], Turn(1, (0,), ())
    broken, faulty = polls.add(first, 0.0), polls.add(second, 0.0)
    assert schedule.next(0.0) is None, "the device is not polled meanwhile"
    broken.failed(WireError("the connection was closed"))
    assert polls.under_way
    faulty.failed(IndexError("as a fault in decoding would"))
    await polls.end()
    assert (polls.under_way, ended, one.counts.faults) == (False, [2], 1)
    assert [(device, *set(reading.quality.values())) for device, reading in one.readings] == [
        ("meter", Quality.BadNotConnected),
        ("lamp", Quality.BadDecodingError),
    ]
