"""How well a device answers is found out by reading it."""

from firmware_tools.flash.preparation.survey import survey
from gateway.fieldbus.binding.binder import bind
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.devices.bus import BusUnit
from tests.fieldbus.line.buses import owned_bus, profile


async def test_requests_and_errors_of_a_device_are_counted() -> None:
    async with owned_bus([60.0]) as one:
        one.stop.set()
        found = await survey(one.line, one.devices[0])
        assert found.requests >= 20
        assert found.errors == 0


async def test_a_device_that_is_not_there_has_errors_alone() -> None:
    async with owned_bus([60.0], [BusUnit(unit=9)]) as one:
        one.stop.set()
        found = await survey(one.line, one.devices[0])
        assert found.errors == found.requests > 0


async def test_a_line_that_can_t_be_opened_says_nothing() -> None:
    settings = DeviceSettings(id="d0", profile="made", unit=1, asset="a")
    found = await survey(LineSettings(id="l", serial="/no/such/port", baud=9600, devices=[settings]), bind(settings, profile(60.0), {}))
    assert (found.requests, found.errors) == (0, 0)
