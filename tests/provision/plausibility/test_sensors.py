"""Several sensors of one quantity."""

import pytest

from gateway.model.canonical import MEASUREMENTS
from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.plausibility.latest_values import DeviceReading
from gateway.provision.plausibility.sensors import TOLERANCES, judge_sensors


def sensor(device: str, **fields: float) -> DeviceReading:
    return DeviceReading(device, "st-1", "weather", 0, fields)


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [("air_temperature", 21.0, 24.9), ("relative_humidity", 50.0, 64.0), ("pm10", 40.0, 78.0), ("wind_speed", 0.2, 2.9)],
)
def test_sensors_within_their_tolerances_agree(field: str, one: float, other: float) -> None:
    assert list(judge_sensors([sensor("a", **{field: one}), sensor("b", **{field: other})], "st-1")) == []


def test_sensors_that_disagree_are_named_with_their_values() -> None:
    (found,) = judge_sensors(
        [sensor("a", air_temperature=21.0), sensor("b", air_temperature=33.5), sensor("c", relative_humidity=20.0)], "st-1"
    )
    assert (found.kind, found.where) == (CauseKind.SENSORS_DISAGREE, "st-1")
    assert found.sentence.en.endswith("air_temperature, a 21, b 33.5")


def test_one_device_is_not_compared_with_itself() -> None:
    assert list(judge_sensors([sensor("a", air_temperature=21.0), sensor("a", air_temperature=40.0)], "st-1")) == []


def test_tolerances_are_of_canonical_fields() -> None:
    assert set(TOLERANCES) <= {name for fields in MEASUREMENTS.values() for name in fields}
