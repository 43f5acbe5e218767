"""What a live device's values are suspected of."""

import math
from decimal import Decimal
from typing import Any

import pytest

from gateway.model.batch import Value
from gateway.model.profile import Modbus, Point, Profile, Source
from gateway.model.quality import Quality
from gateway.profile_check.plausibility import is_plausible, other_word_order, suspicion


def point(type_: str = "float32", **more: Any) -> Point:
    fields: dict[str, Any] = {"name": "p", "holding": 0, "type": type_}
    return Point(**(fields | more))


def profile(one: Point, **modbus: Any) -> Profile:
    return Profile(
        profile="made", vendor="v", model="m", kind="weather", confidence="low", sources=[Source(ref="here")], modbus=Modbus(**modbus),
        points=[one], measurements=[],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit", "plausible"),
    [(230.1, "V", True), (-1.0, "V", False), (1013.0, "hPa", True), (760.0, "mm[Hg]", True), (760.0, "Cel", False), (5e12, None, True)],
)
def test_a_value_beyond_the_range_of_its_unit_is_not_plausible(value: float, unit: str | None, plausible: bool) -> None:
    assert is_plausible(point(unit=unit), value) is plausible


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e-30])
def test_a_float_that_is_not_finite_or_tiny_is_not_plausible(value: float) -> None:
    assert not is_plausible(point(), value)


def test_texts_states_and_zero_are_plausible() -> None:
    assert all(is_plausible(point(unit="V"), value) for value in ("on", True, None, 0.0))


def test_a_long_integer_with_an_empty_low_word_is_not_plausible() -> None:
    assert not is_plausible(point("uint32", scale=Decimal("0.1")), 6553.6)
    assert is_plausible(point("uint32", scale=Decimal("0.1")), 6553.7)
    assert is_plausible(point("uint32"), 0)
    assert is_plausible(point("uint16"), 0x10000)


@pytest.mark.parametrize(
    ("one", "modbus", "order"),
    [
        (point("float32"), {}, "little"),
        (point("float32"), {"word_order": "little"}, "big"),
        (point("uint32", word_order="little"), {}, "big"),
        (point("uint16"), {}, None),
        (point("string", length=8), {}, None),
    ],
)
def test_only_long_numbers_have_another_word_order(one: Point, modbus: dict[str, Any], order: str | None) -> None:
    assert other_word_order(profile(one, **modbus), one) == order


LIMITED = point(unit="V", min=Decimal(0), max=Decimal(300))


@pytest.mark.parametrize(
    ("one", "value", "code", "swapped", "remark"),
    [
        (point(unit="V"), 230.0, 0, None, None),
        (point(unit="V"), -5e30, 0, 230.0, "wrong word order? with the words swapped it is 230.0"),
        (LIMITED, None, Quality.BadOutOfRange, 230.0, "wrong word order? with the words swapped it is 230.0"),
        (LIMITED, None, Quality.BadOutOfRange, None, "out of its range (0 to 300)"),
        (point(unit="V"), None, Quality.BadOutOfRange, None, "out of range"),
        (point(unit="V"), None, Quality.BadConfigurationError, None, "refused: the device has no such register"),
        (point(unit="V"), None, Quality.BadTimeout, None, "no response"),
        (point(unit="V"), None, Quality.BadSensorFailure, None, None),
        (point(unit="V"), None, Quality.GoodNoData, None, None),
        (point(unit="V"), -1.0, 0, -1e30, "not plausible for its unit"),
    ],
)
def test_a_value_is_suspected_of_the_likeliest_fault(one: Point, value: Value, code: int, swapped: Value, remark: str | None) -> None:
    assert suspicion(profile(one), one, value, code, swapped) == remark
