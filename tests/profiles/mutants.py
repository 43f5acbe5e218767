"""Mutation tests of the profiles: do the worked examples find a wrong address, type, order or scale?

`python -m tests.profiles.mutants` changes one fact of one point at a time, checks the examples again, and lists the mutants that survive.
A survivor is a change that no example can detect: a sign where the value is positive, a scale where it is 0.
"""

import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import msgspec

from gateway.model.profile import Example, Point, Profile, size_bytes
from gateway.profile_check.examples import check_examples
from tests.profiles.library import LIBRARY

_PLACES = ("holding", "input", "coil", "discrete", "at", "channel")
_TYPES = {
    "int16": ("uint16", "int32"), "uint16": ("int16", "uint32"), "int32": ("uint32", "int16", "float32"), "uint32": ("int32", "uint16", "float32"),
    "int64": ("uint64", "int32"), "uint64": ("int64", "uint32"), "float32": ("uint32", "int32"), "float64": ("uint64", "float32"),
    "uint8": ("int8", "uint16"), "int8": ("uint8", "int16"), "int24": ("uint24", "uint16"), "uint24": ("uint16", "uint32"), "wide_string": ("string",),
    "string": ("wide_string",),
}  # fmt: skip


class Mutant(NamedTuple):
    """A profile with one changed fact of one point."""

    profile: str
    point: str
    what: str
    spoilt: Profile


def _other_digits(text: str) -> Iterator[str]:
    for place, digit in enumerate(text):
        if digit.isdigit():
            yield text[:place] + str((int(digit) + 1) % 10) + text[place + 1 :]


def _spoilt(profile: Profile, point: Point) -> Iterator[tuple[str, Point]]:
    for place in _PLACES:
        address = getattr(point, place)
        if address is not None:
            yield from (
                (f"{place} {other}", msgspec.structs.replace(point, **{place: int(other)})) for other in _other_digits(str(address))
            )
    for kind in _TYPES.get(point.type, ()):
        if (point.length is None) or kind in ("string", "wide_string"):
            yield f"type {kind}", msgspec.structs.replace(point, type=kind)
    binary = point.type not in ("string", "wide_string", "number", "text", "hex", "bool")
    if binary and point.coil is None and point.discrete is None:
        yield from _orders(profile, point)
    if point.scale is not None:
        for other in _other_digits(f"{point.scale:f}"):
            if Decimal(other):
                yield f"scale {other}", msgspec.structs.replace(point, scale=Decimal(other))
    elif binary or point.type == "number":
        yield "scale 0.1", msgspec.structs.replace(point, scale=Decimal("0.1"))


def _orders(profile: Profile, point: Point) -> Iterator[tuple[str, Point]]:
    size = size_bytes(point, in_registers=False)
    words = point.word_order or (profile.modbus.word_order if profile.modbus else "big")
    octets = point.byte_order or (profile.modbus.byte_order if profile.modbus else profile.frame.byte_order if profile.frame else "big")
    turned = {"big": "little", "little": "big"}
    if profile.modbus is not None and size > 2:
        yield f"word order {turned[words]}", msgspec.structs.replace(point, word_order=turned[words])
    if size > 1:
        yield f"byte order {turned[octets]}", msgspec.structs.replace(point, byte_order=turned[octets])


def _covering(profile: Profile, point: Point) -> list[Example]:
    return [one for one in profile.examples if point.name in one.decoded or point.name in one.written]


def mutants(profile: Profile) -> Iterator[Mutant]:
    """Yield every mutant of the points that the examples of a profile cover."""
    for number, point in enumerate(profile.points):
        examples = _covering(profile, point)
        if not examples:
            continue
        for what, spoilt in _spoilt(profile, point):
            points = [*profile.points[:number], spoilt, *profile.points[number + 1 :]]
            yield Mutant(profile.profile, point.name, what, msgspec.structs.replace(profile, points=points, examples=examples))


def survives(mutant: Mutant) -> bool:
    """Return whether all examples of a mutant still pass."""
    return all(proof.why is None for proof in check_examples(mutant.spoilt))


def run(names: list[str]) -> tuple[int, list[Mutant]]:
    """Test the mutants of profiles; return their number, and those that survived."""
    count, left = 0, []
    for name in names:
        for mutant in mutants(LIBRARY.get(name)):
            count += 1
            if survives(mutant):
                left.append(mutant)
    return count, left


if __name__ == "__main__":
    total, survived = run(sys.argv[1:] or LIBRARY.names)
    for one in survived:
        print(f"{one.profile}: {one.point}: {one.what}")
    print(f"{total} mutants, {total - len(survived)} found, {len(survived)} survived")
