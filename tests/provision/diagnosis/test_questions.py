"""A short and a long question of each product."""

import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.line_factory import costs_of
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.diagnosis.questions import questions_for, unused_units
from tests.provision.products import LIBRARY, MODBUS


@pytest.mark.parametrize("name", MODBUS)
def test_the_long_response_is_longer_than_the_short_one_for_every_product(name: str) -> None:
    settings = DeviceSettings(id="device", profile=name, unit=3)
    device = bind(settings, LIBRARY.get(name), {})
    line = LineSettings(id="line", serial="/dev/ttyUSB0", devices=[settings])
    found = questions_for(device, costs_of(line, [device])["device"])
    assert found.short.unit == 3
    assert found.long is None or found.long.longest_response_bytes > 2 * found.short.longest_response_bytes


def test_unused_addresses_come_from_the_end() -> None:
    assert unused_units({247, 245}, 3) == [246, 244, 243]
