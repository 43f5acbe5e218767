"""What a profile says about the place and size of its points."""

import pytest
from msgspec.structs import replace

from gateway.model.profile import (
    Channels,
    Derived,
    EachChannel,
    Frame,
    FrameMessage,
    Measurement,
    Modbus,
    Point,
    Profile,
    Source,
    Text,
    expected_within_of,
    is_channelled,
    listens,
    size_bytes,
    sources_of,
    table_of,
    width_of,
)

BASE = Profile(
    profile="p",
    vendor="v",
    model="m",
    kind="weather",
    confidence="high",
    sources=[Source(ref="r")],
    points=[],
    measurements=[],
)


def profile(*points: Point, **ways: object) -> Profile:
    return replace(BASE, points=list(points), **ways)


@pytest.mark.parametrize(
    ("point", "table", "width"),
    [
        (Point(name="x", holding=7, type="uint16"), (3, 7), 1), (Point(name="x", input=7, type="float32"), (4, 7), 2),
        (Point(name="x", coil=0, type="bool"), (1, 0), 1), (Point(name="x", discrete=3, type="bool"), (2, 3), 1),
        (Point(name="x", holding=1, type="string", length=8), (3, 1), 8), (Point(name="x", holding=1, type="uint8"), (3, 1), 1),
        (Point(name="x", holding=1, type="int64"), (3, 1), 4),
    ],
)  # fmt: skip
def test_a_modbus_point_has_a_function_an_address_and_a_width(point: Point, table: tuple[int, int], width: int) -> None:
    assert (table_of(point), width_of(point)) == (table, width)


def test_a_point_without_an_address_is_in_no_table() -> None:
    assert table_of(Point(name="x", key="T", type="number")) is None


def test_sizes_are_whole_registers_on_modbus_and_bytes_in_frames() -> None:
    point = Point(name="x", at=1, type="uint24")
    assert (size_bytes(point, in_registers=False), size_bytes(point, in_registers=True)) == (3, 4)
    text = Point(name="x", holding=1, type="string", length=5)
    assert (size_bytes(text, in_registers=False), size_bytes(text, in_registers=True)) == (5, 10)


def test_a_point_exists_for_each_channel_by_its_stride_key_message_or_query() -> None:
    plain = Point(name="x", holding=1, type="uint16")
    assert not is_channelled(profile(plain, modbus=Modbus()), plain)
    stride = Point(name="x", holding=1, stride=2, type="uint16")
    assert is_channelled(profile(stride, modbus=Modbus()), stride)
    key, other = Point(name="x", key="T{n}", type="number"), Point(name="y", key="T", type="number")
    lines = profile(key, other, text=Text(lines=["tokens"]))
    assert (is_channelled(lines, key), is_channelled(lines, other)) == (True, False)
    assert is_channelled(profile(other, text=Text(lines=["tokens"], each=EachChannel(ask="R??"))), other)
    message, no_message = Point(name="x", at=0, message="m", type="uint8"), Point(name="y", at=0, message="n", type="uint8")
    frames = profile(message, no_message, frame=Frame(messages={"m": FrameMessage(channel=Channels(at=1)), "n": FrameMessage()}))
    assert (is_channelled(frames, message), is_channelled(frames, no_message)) == (True, False)


def test_the_sources_of_a_measurement_are_points_even_of_derived_values() -> None:
    derived = [Derived(name="sum", sum=["a", "b"]), Derived(name="low", below="c")]
    made = profile(Point(name="a", holding=1, type="uint16"), modbus=Modbus(), derived=derived)
    assert sources_of(made, Measurement(measurement="lamp", fields={"x": "sum", "y": "low", "z": "d"})) == ["a", "b", "c", "d"]
    assert made.point("a").holding == 1


def test_a_product_without_a_query_sends_by_itself() -> None:
    point = Point(name="x", key="T", type="number")
    assert listens(profile(point, text=Text(lines=["tokens"], expected_within=60.0)))
    assert not listens(profile(point, text=Text(lines=["tokens"], ask=["R"])))
    assert not listens(profile(point, text=Text(lines=["tokens"], each=EachChannel(ask="R??"))))
    assert not listens(profile(point, modbus=Modbus()))
    assert expected_within_of(profile(point, text=Text(lines=["tokens"], expected_within=60.0))) == 60.0
    assert expected_within_of(profile(point, frame=Frame(start=b"x", fixed=4))) is None
    assert expected_within_of(profile(point, modbus=Modbus())) is None
