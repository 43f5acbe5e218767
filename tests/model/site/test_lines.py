"""The lines of a site file, and the devices on them."""

import pytest

from gateway.model.site.lines import DeviceSettings, LineSettings, RatioSettings
from tests.model.site.parts import problems_of, read


def test_a_line_leaves_what_it_does_not_say_to_the_profiles_of_its_products() -> None:
    line = read("{id: panel, serial: /dev/ttyS1, devices: [{id: meter, profile: carlo_gavazzi_em340}]}", LineSettings)
    assert (line.baud, line.data_bits, line.parity, line.stop_bits, line.turnaround, line.pause, line.timeout) == (None,) * 7
    assert line.devices[0].unit is None
    assert line.devices[0].ratio == RatioSettings()


@pytest.mark.parametrize("unit", [1, 247])
def test_a_device_has_an_address_that_modbus_allows(unit: int) -> None:
    assert read(f"{{id: meter, profile: p, unit: {unit}}}", DeviceSettings).unit == unit


@pytest.mark.parametrize("unit", [0, 248])
def test_the_address_of_a_device_is_neither_that_of_broadcasts_nor_a_reserved_one(unit: int) -> None:
    assert "write a number from 1 to 247" in problems_of(f"{{id: meter, profile: p, unit: {unit}}}", DeviceSettings)


def test_a_line_without_devices_is_an_error() -> None:
    assert "the list is empty" in problems_of("{id: panel, serial: /dev/ttyS1, devices: []}", LineSettings)
