"""Register contents of every Modbus product, made from the facts (`tests/profiles/register_facts.csv`): what is not in them is refused.

Values are such as a device in use has, and the identifying facts those of the product. Shares no code with the gateway's decoder.
"""

import struct
from fractions import Fraction

from gateway.model.profile import Identity, Profile
from tests.profiles import library
from tests.profiles.register_facts import FACTS, Fact

LIBRARY = library.LIBRARY
PROFILES = [LIBRARY.get(name) for name in LIBRARY.names]
MODBUS = [profile.profile for profile in PROFILES if profile.modbus is not None]
EXTENDED = {"carlo_gavazzi_em330": "carlo_gavazzi_em340"}
USUAL = {"V": 231.5, "Hz": 50.0, "hPa": 1013.0, "degC": 21.0, "%": 40.0, "kWh": 1234.0, "Wh": 1234.0}
"""Usual values by unit; any other is 3."""

Tables = dict[int, dict[int, int]]
ALONE = 256
"""Added to the function of a table whose registers have these contents only if they are read alone."""


def tables(name: str, serial_number: int = 4711) -> Tables:
    """Return the registers and bits of a product, by the function that reads them."""
    profile = LIBRARY.get(name)
    points = {point.name for point in profile.points}
    identities = {one.point: one for one in profile.identify if one.point}
    found: Tables = {function + more: {} for function in (1, 2, 3, 4) for more in (0, ALONE)}
    for fact in FACTS:
        if fact.profile != EXTENDED.get(name, name) or fact.point not in points:
            continue
        table = found[fact.function + (ALONE if fact.alone else 0)]
        for place, word in enumerate(_words(fact, _value(profile, fact, identities.get(fact.point), serial_number))):
            table[fact.address + place] = table.get(fact.address + place, 0) | word if fact.bit else word
    for point in profile.points:
        # The code is a part of a register whose fact is the whole.
        if point.name in identities and point.type == "uint8" and point.input is not None:
            found[4][point.input] = int(identities[point.name].one_of[0])
    return found


def _value(profile: Profile, fact: Fact, identity: Identity | None, serial_number: int) -> float | str:
    if identity is not None and (identity.one_of or identity.contains):
        return identity.contains or identity.one_of[len(identity.one_of) > 1]
    if identity is not None and identity.between:
        least, most = identity.between
        return float((least + most) / 2) if profile.point(fact.point).unit else int(least)
    if fact.point == "serial_number":
        return serial_number if fact.type not in ("string", "wide_string") else f"SN{serial_number}"
    point = profile.point(fact.point)
    usual = USUAL.get(fact.unit, 3.0)
    low = usual if point.min is None else float(point.min)
    high = usual if point.max is None else float(point.max)
    return max(min(usual, high), low)


def _words(fact: Fact, value: float | str) -> list[int]:
    if isinstance(value, str) and fact.enum:
        value = next(code for code, word in fact.enum.items() if word == value)
    if isinstance(value, str):
        return _text(fact, value)
    if fact.function in (1, 2) or fact.bit:
        return [1 << int(fact.bit or 0)]
    if fact.enum and value not in fact.enum:
        value = min(fact.enum)
    if fact.type.startswith("float"):
        packed = struct.pack(">f" if fact.type == "float32" else ">d", value)
    else:
        number = round(Fraction(value) / Fraction(fact.scale or 1)) if not fact.enum else int(value)
        packed = (number % 2 ** (16 * fact.registers)).to_bytes(2 * fact.registers, "big")
    words = [packed[at] << 8 | packed[at + 1] for at in range(0, len(packed), 2)]
    return words[::-1] if fact.word_order == "little" else words


def _text(fact: Fact, text: str) -> list[int]:
    if fact.type == "wide_string":
        return list(text.encode().ljust(fact.registers, b"\0"))
    data = text.encode().ljust(2 * fact.registers, b"\0")
    return [data[at] << 8 | data[at + 1] for at in range(0, 2 * fact.registers, 2)]


def objects(name: str) -> dict[int, bytes]:
    """Return the identification objects (function 43/14) of a product by number."""
    numbers = {"VendorName": 0, "ProductCode": 1, "MajorMinorRevision": 2, "ProductName": 4, "ModelName": 5}
    return {numbers[one.object]: str(one.contains or one.one_of[0]).encode() for one in LIBRARY.get(name).identify if one.object}


def set_points(name: str, table: Tables, values: dict[str, float | str]) -> None:
    """Write values, in the units of the facts, to points of a product's registers."""
    for fact in FACTS:
        if fact.profile == EXTENDED.get(name, name) and fact.point in values and fact.channel == 0:
            for place, word in enumerate(_words(fact, values[fact.point])):
                table[fact.function + (ALONE if fact.alone else 0)][fact.address + place] = word


def unit_of(name: str, point: str) -> str:
    """Return the unit of a point as the facts have it."""
    return next(fact.unit for fact in FACTS if fact.profile == EXTENDED.get(name, name) and fact.point == point)
