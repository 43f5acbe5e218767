"""A device bound to every readable point of its profile."""

from decimal import Decimal

from gateway.fieldbus.binding.every_point import bind_every_point, channel_count, readable, repeats
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source, WriteAccess

POINTS = [
    Point(name="serial", holding=0, type="uint32"),
    Point(name="level", holding=10, type="uint16", stride=2, scale=Decimal("0.1"), unit="%"),
    Point(name="group", holding=50, type="uint16", stride=2, repeats=3),
    Point(name="restart", holding=99, type="uint16", write=WriteAccess(only=True)),
]
PROFILE = Profile(
    profile="made", vendor="v", model="m", kind="lamp", confidence="low", sources=[Source(ref="here")], modbus=Modbus(unit=5), channels=2,
    points=POINTS, measurements=[Measurement(measurement="lamp", fields={})],
)  # fmt: skip


def names(channel: int | None, device_channels: list[int] | None = None) -> list[str]:
    device = bind_every_point(PROFILE, channels=device_channels)
    tags = {} if channel is None else {"channel": str(channel)}
    return [field.name for bound in device.streams if bound.stream.tags == tags for field in bound.stream.fields]


def test_a_point_is_repeated_for_its_channels() -> None:
    assert [repeats(PROFILE, point) for point in POINTS] == [1, 2, 3, 1]
    assert channel_count(PROFILE) == 3


def test_every_readable_point_is_a_field_of_the_device_or_of_its_channels() -> None:
    assert [readable(point) for point in POINTS] == [True, True, True, False]
    assert names(None) == ["serial"]
    assert [names(channel) for channel in range(3)] == [["level", "group"], ["level", "group"], ["group"]]
    assert names(1, [0, 2]) == []


def test_fields_have_the_units_of_the_points_and_the_device_its_unit_address() -> None:
    device = bind_every_point(PROFILE)
    assert device.unit == 5
    assert bind_every_point(PROFILE, unit=9).unit == 9
    level = device.streams[1].stream.fields[0]
    assert (level.unit, level.converter()(7)) == ("%", 0.7)
    assert device.points.keys() == {"serial", "level", "group", "restart"}
