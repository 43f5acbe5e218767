"""Devices made for tests: registers in, decoded values out."""

import struct
from fractions import Fraction
from typing import Any, Literal

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice, Slot, StreamGroup
from gateway.fieldbus.modbus.planning.compiled_reads import decoder_of
from gateway.fieldbus.modbus.planning.read_cost import character_s, rtu_cost, silence_s
from gateway.fieldbus.modbus.planning.read_plan import Read, plan
from gateway.model.canonical import FieldType
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source
from gateway.model.stream import StreamField

ByteOrder = Literal["big", "little"]


def device(*points: Point, longest_read: int = 125, word_order: ByteOrder = "big", byte_order: ByteOrder = "big") -> BoundDevice:
    profile = Profile(
        profile="made", vendor="v", model="m", kind="weather", confidence="low", sources=[Source(ref="here")],
        modbus=Modbus(longest_read=longest_read, word_order=word_order, byte_order=byte_order), points=list(points), measurements=[Measurement(measurement="weather", fields={})],
    )  # fmt: skip
    kinds = {"bool": FieldType.BOOL}
    slots = tuple(
        Slot(one, 0, StreamField(one.name, FieldType.STRING if one.enum else kinds.get(one.type, FieldType.FLOAT)), Fraction(1))
        for one in points
    )
    return BoundDevice("d", 1, profile, slots, (), (StreamGroup(1.0, ()),))


def measured(one: Point) -> Profile:
    return msgspec.structs.replace(
        device(one).profile, measurements=[Measurement(measurement="weather", fields={"air_temperature": one.name})]
    )


def point(address: int, type_: str = "uint16", **more: Any) -> Point:
    fields: dict[str, Any] = {"name": f"p{address}", "holding": address, "type": type_}
    return Point(**(fields | more))


COST = rtu_cost(character_s(9600), silence_s(9600, character_s(9600)), 0.01)
"""A line of 9600 baud whose devices begin to respond after 10 ms."""


def plan_at_9600(made: BoundDevice) -> list[Read]:
    return plan(made, COST)


def decode(made: BoundDevice, words: list[int]) -> tuple[list[object], dict[int, int]]:
    (read,) = plan_at_9600(made)
    found, quality = decoder_of(made, read)(struct.pack(f">{len(words)}H", *words))
    values = dict(zip(read.slots, found, strict=True))
    return [values[slot] for slot in range(len(values))], {read.slots[position]: code for position, code in quality.items()}
