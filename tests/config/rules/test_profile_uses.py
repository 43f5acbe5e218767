"""Measurements, derived values, alarms, settings and identities that do not fit the points of their profile."""

from pathlib import Path

import pytest

from tests.config.profiles import Broken, check_broken

BROKEN: dict[str, Broken] = {
    "a field that is not canonical": ("air_temperature: temp", "air_temprature: temp", (22, 14), "did you mean 'air_temperature'?"),
    "a measurement that is not canonical": ("measurement: weather", "measurement: wether", (21, 18), "did you mean 'weather' or 'water'?"),
    "a unit of another quantity": ("unit: Cel, min", "unit: V, min", (22, 31), "correct the point's unit"),
    "an unknown point": ("air_temperature: temperature", "air_temperature: temprature", (22, 31), "did you mean 'temperature'"),
    "a text where a number belongs": (
        "{name: humidity, input: 2, type: uint16",
        "{name: humidity, input: 2, type: string, length: 125",
        (22, 63),
        "is a number, but point 'humidity' is a string",
    ),
    "a derived value of an unknown point": (
        "measurements:",
        "derived:\n  - {name: both, sum: [temperature, humidty]}\nmeasurements:",
        (21, 37),
        "did you mean 'humidity'?",
    ),
    "a sum of different units": (
        "measurements:",
        "derived:\n  - {name: both, sum: [temperature, humidity]}\nmeasurements:",
        (21, 23),
        "use points with the same unit",
    ),
    "a derived value computed in two ways": (
        "measurements:",
        "derived:\n  - {name: both, sum: [temperature], difference: humidity}\nmeasurements:",
        (21, 5),
        "write one of: sum, difference, below",
    ),
    "a comparison without a limit": (
        "measurements:",
        "derived:\n  - {name: low, below: temperature}\nmeasurements:",
        (21, 5),
        "write 'below: …' and 'limit: …'",
    ),
    "a derived value named like a point": (
        "measurements:",
        "derived:\n  - {name: humidity, sum: [temperature]}\nmeasurements:",
        (21, 12),
        "rename one of them",
    ),
    "a mode with an unknown point": (
        "  - measurement: weather\n",
        "  - measurement: weather\n    when: {mode: [1]}\n",
        (22, 12),
        "write one of: cfg_baud, cfg_unit_id, humidity, humidity_corr",
    ),
    "an alarm of an unknown point": (
        "quirks:",
        "alarms:\n  - {alarm: hot, point: temprature, above: 60, en: hot, it: caldo}\nquirks:",
        (24, 25),
        "did you mean 'temperature' or 'temperature_correction'?",
    ),
    "an identity with a point and an object": (
        "points:\n",
        "identify:\n  - {point: humidity, object: VendorName, contains: XY}\npoints:\n",
        (14, 5),
        "write either 'point: …' or 'object: …'",
    ),
    "an identity without a value": (
        "points:\n",
        "identify:\n  - {point: humidity}\npoints:\n",
        (14, 5),
        "write one of: one_of, between, contains",
    ),
    "a range with one end": (
        "points:\n",
        "identify:\n  - {point: humidity, between: [9]}\npoints:\n",
        (14, 32),
        "write '[lowest, highest]'",
    ),
    "a setting without a value": (
        "points:\n",
        "settings:\n  - {point: cfg_baud, en: set it, it: impostalo}\npoints:\n",
        (14, 5),
        "write 'one_of: [...]'",
    ),
    "an alarm on a value that never occurs": (
        "measurements:",
        "  - {name: state, holding: 9, type: uint16, enum: {1: slow}}\nalarms:\n  - {alarm: slow, point: state, one_of: [slower], en: slow, it: lento}\nmeasurements:",
        (22, 41),
        "did you mean 'slow'?",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_use_of_points_that_breaks_a_rule_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    check_broken(BROKEN[name], tmp_path)
