"""Queries for each channel."""

from fractions import Fraction

from gateway.fieldbus.binding.bound_device import BoundDevice, Slot
from gateway.fieldbus.dialects.port import Query, channel_queries
from gateway.model.canonical import FieldType
from gateway.model.profile import EachChannel, Point
from gateway.model.stream import StreamField
from tests.fieldbus.made_devices import device, point


def with_channels(*channels: int) -> BoundDevice:
    slots = tuple(
        Slot(Point(name="p", at=0, type="uint8"), channel, StreamField("p", FieldType.FLOAT), Fraction(1)) for channel in channels
    )
    return device(point(0))._replace(slots=slots)


def test_every_channel_in_use_is_queried_once_by_its_own_number() -> None:
    each = EachChannel(ask="A3 ?? 90 00", first=1, step=2)
    queries = channel_queries(each, with_channels(0, 3, 0), bytes.fromhex)
    assert queries == [Query(bytes.fromhex("a3 01 90 00"), 0), Query(bytes.fromhex("a3 07 90 00"), 3)]


def test_the_checksum_covers_the_channel_number() -> None:
    each = EachChannel(ask="A3 ?? 90 00", check="xor8")
    (query,) = channel_queries(each, with_channels(2), bytes.fromhex)
    assert query.data == bytes.fromhex("a3 02 90 00 31")
