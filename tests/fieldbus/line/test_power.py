"""Which devices have power, by the last reading of the contactor that feeds them."""

from decimal import Decimal

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.power import PowerSupplies
from gateway.model.batch import Value
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, SupplySettings

PROFILE = ProfileLibrary().get("xy_md02")
PLAIN = SupplySettings(device="d0", point="temperature")
ABOVE = SupplySettings(device="d0", point="temperature", above=Decimal(100))


def device(number: int, powered_by: SupplySettings | None = None) -> BoundDevice:
    bound = bind(DeviceSettings(id=f"d{number}", profile="xy_md02", asset="a", unit=number + 1), PROFILE, {})
    return bound._replace(powered_by=powered_by)


def reading(value: Value) -> Reading:
    return Reading(0, 0, [value, 1], {})


def test_a_supply_is_on_until_its_first_reading_and_only_the_feeding_device_tells() -> None:
    lamp = device(1, PLAIN)
    supplies = PowerSupplies([device(0), lamp])
    assert supplies.feeds("d0")
    assert not supplies.feeds("d1")
    assert supplies.powered(lamp)
    supplies.update("d1", [reading(0)])
    assert supplies.powered(lamp)
    assert supplies.powered(device(2)), "a device without a supply always has power"


def test_words_and_numbers_switch_a_supply_and_a_bad_reading_leaves_it() -> None:
    lamp = device(1, PLAIN)
    supplies = PowerSupplies([device(0), lamp])
    for value, powered in [
        ("off", False),
        (None, False),
        ("ON", True),
        (None, True),
        (0, False),
        (1, True),
        (False, False),
        ("closed", True),
    ]:
        supplies.update("d0", [reading(value)])
        assert supplies.powered(lamp) is powered, value


def test_a_limit_is_in_the_unit_of_the_field() -> None:
    heater = device(1, ABOVE)
    supplies = PowerSupplies([device(0), heater])
    supplies.update("d0", [reading(1001)])  # tenths of a degree
    assert supplies.powered(heater)
    supplies.update("d0", [reading(1000)])
    assert not supplies.powered(heater)
