"""The table of canonical fields."""

from gateway.model.canonical import INTERNAL, MEASUREMENTS, FieldKind, FieldType
from gateway.model.units import KNOWN


def test_every_canonical_field_has_a_known_unit() -> None:
    units = {field.unit for fields in MEASUREMENTS.values() for field in fields.values() if field.unit}
    assert units <= KNOWN


def test_the_canonical_table_says_what_the_standards_say() -> None:
    assert MEASUREMENTS["lamp"]["dim_level"].type is FieldType.INT
    assert MEASUREMENTS["lighting_meter"]["active_energy"].unit == "W.h"
    assert MEASUREMENTS["lighting_meter"]["active_energy"].kind is FieldKind.COUNTER
    assert MEASUREMENTS["traffic"]["average_speed"].unit == "km/h"
    assert sum(map(len, MEASUREMENTS.values())) > 118


def test_internal_measurements_are_in_the_table_or_made_by_the_system() -> None:
    assert {"gateway", "completeness"} <= INTERNAL
    assert INTERNAL.isdisjoint({"lamp", "lighting_meter", "traffic", "weather"})


def test_each_field_knows_its_measurement_and_name() -> None:
    for measurement, fields in MEASUREMENTS.items():
        for name, field in fields.items():
            assert (field.measurement, field.name) == (measurement, name)
