"""What canonical fields can be at all, and how points get those limits."""

import math
from decimal import Decimal

import pytest

from gateway.fieldbus.binding.physical_limits import physical_limits
from gateway.fieldbus.codec.value_rules import value_rule
from gateway.model.canonical import MEASUREMENTS, FieldKind
from gateway.model.profile import Measurement, Point
from gateway.model.quality import Quality
from gateway.model.site.lines import OverrideSettings, RatioSettings
from tests.fieldbus.derive.devices import bound, profile


@pytest.mark.parametrize(
    ("measurement", "field", "value", "possible"),
    [
        ("lighting_meter", "voltage_l1", 400, True),
        ("lighting_meter", "voltage_l1", 42954019.8, False),
        ("lighting_meter", "frequency", 50, True),
        ("lighting_meter", "frequency", 500, False),
        ("lighting_meter", "power_factor_l2", -0.5, True),
        ("lighting_meter", "power_factor_l2", 17254, False),
        ("weather", "air_temperature", -40, True),
        ("weather", "air_temperature", 3276.7, False),
        ("traffic", "average_speed", 130, True),
    ],
)
def test_a_field_has_the_limits_of_what_a_street_can_have(measurement: str, field: str, value: float, possible: bool) -> None:
    limits = physical_limits(MEASUREMENTS[measurement][field])
    assert limits is not None
    assert (limits.low <= Decimal(value) <= limits.high) is possible


def test_states_have_no_limits() -> None:
    states = [field for table in MEASUREMENTS.values() for field in table.values() if field.kind is FieldKind.STATE]
    assert states
    assert not any(physical_limits(field) for field in states)


def _rule_limits(point: Point, **site: object) -> tuple[object, object]:
    device = bound(profile([point], [Measurement(measurement="lighting_meter", fields={"voltage_l1": "volts"})]), **site)
    rule = value_rule(device.slots[0])
    return rule.low, rule.high


def test_the_limits_are_converted_to_raw_values_without_the_sites_transformers() -> None:
    volts = Point(name="volts", input=0, type="int32", scale=Decimal("0.1"), unit="V")
    assert _rule_limits(volts) == (-10_000, 10_000)
    assert _rule_limits(volts, ratio=RatioSettings(voltage=Decimal(100))) == (-10_000, 10_000)
    kilovolts = Point(name="volts", input=0, type="uint32", scale=Decimal("0.001"), unit="kV")
    assert _rule_limits(kilovolts) == (-math.inf, 1000), "no raw value is below the lower limit"


def test_the_limits_of_a_profile_or_a_site_replace_them() -> None:
    volts = Point(name="volts", input=0, type="int32", unit="V", max=Decimal(30_000))
    assert _rule_limits(volts)[1] == 30_000
    medium = Point(name="volts", input=0, type="int32", unit="V")
    assert _rule_limits(medium, overrides={"volts": OverrideSettings(min=Decimal(0), max=Decimal(20_000))}) == (0, 20_000)


def test_a_value_beyond_them_is_bad() -> None:
    volts = Point(name="volts", input=0, type="int32", scale=Decimal("0.1"), unit="V", invalid=[0x7FFFFFFF])
    device = bound(profile([volts], [Measurement(measurement="lighting_meter", fields={"voltage_l1": "volts"})]))
    explain = value_rule(device.slots[0]).explain
    assert (explain(429540198), explain(0x7FFFFFFF)) == (Quality.BadOutOfRange, Quality.BadSensorFailure)
