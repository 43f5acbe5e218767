"""Builds the Modbus request that writes a value to a point, after checking the value against the point's safe range. Pure."""

import struct
from collections.abc import Mapping
from fractions import Fraction

from gateway.fieldbus.modbus.pdu import Request, mask_write, write_coil, write_coils, write_register, write_registers
from gateway.model.profile import SIZE_BYTES, Modbus, Point, Profile

_PACK = {"int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "int64": ">q", "uint64": ">Q", "float32": ">f", "float64": ">d"}
_TRUE: Mapping[object, bool] = {True: True, False: False, "on": True, "off": False}


def write_request(profile: Profile, point: Point, value: float | str | bool, unit: int, channel: int = 0) -> Request:  # noqa: FBT001 — a value
    """Build the request that writes a value (in the point's unit, or a word of its enum) to a point of a device.

    Raises:
        ValueError: the point is not writable, or not with this value; the message says which values are.
    """
    if point.write is None or profile.modbus is None:
        raise ValueError(f"'{point.name}' is not writable")
    base = point.coil if point.coil is not None else point.holding
    if base is None:
        raise ValueError(f"'{point.name}' is in a read-only table; only holding registers and coils can be written")
    address = base + (point.stride or 0) * channel
    if point.coil is not None:
        on = _state(point, value)
        return write_coils(unit, address, [on]) if point.write.function == 15 else write_coil(unit, address, on=on)
    if point.type == "bool":
        bit = 1 << (point.bit or 0)
        return mask_write(unit, address, 0xFFFF ^ bit, bit if _state(point, value) else 0)
    words = _words(profile.modbus, point, _raw(point, value))
    if len(words) == 1 and point.write.function != 16:
        return write_register(unit, address, words[0])
    return write_registers(unit, address, words)


def _state(point: Point, value: float | str | bool) -> bool:  # noqa: FBT001 — a value
    if value not in _TRUE:
        raise ValueError(f"'{point.name}' can't be set to {value}; write on or off")
    return _TRUE[value]


def _raw(point: Point, value: float | str | bool) -> int | float:  # noqa: FBT001 — a value
    if point.enum is not None:
        for number, word in point.enum.items():
            if value in (word, number):
                return number
        raise ValueError(f"'{point.name}' can't be set to {value}; write one of: {', '.join(point.enum.values())}")
    if isinstance(value, str) or point.write is None:
        raise ValueError(f"'{point.name}' takes a number, not '{value}'")
    for limit, beyond in ((point.write.min, -1), (point.write.max, 1)):
        if limit is not None and (value - float(limit)) * beyond > 0:
            raise ValueError(f"{value} is outside the safe range of '{point.name}': {point.write.min} to {point.write.max}")
    exact = (Fraction(str(value)) - Fraction(point.offset or 0)) / Fraction(point.scale or 1)
    return float(exact) if point.type.startswith("float") else round(exact)


def _words(modbus: Modbus, point: Point, raw: float) -> list[int]:
    if point.type not in _PACK:
        raise ValueError(f"'{point.name}' is of type {point.type}, which can't be written")
    try:
        data = struct.pack(_PACK[point.type], raw)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{raw} does not fit '{point.name}', which is of type {point.type}") from error
    words = [data[at : at + 2] for at in range(0, SIZE_BYTES[point.type], 2)]
    if (point.word_order or modbus.word_order) == "little":
        words.reverse()
    return [int.from_bytes(word, point.byte_order or modbus.byte_order) for word in words]
