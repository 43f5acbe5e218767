"""What a device must answer to be a product: the reads that show it, and what the answers say. Pure.

The identifying facts of a profile come first, then a few points spread over its registers: a device that refuses one of them is another
product. Where several products remain, registers that one has and another lacks tell them apart.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.binding.every_point import bind_every_point, readable
from gateway.fieldbus.modbus.planning.compiled_reads import decoder_of
from gateway.fieldbus.modbus.planning.read_plan import Read, span
from gateway.model.batch import Value
from gateway.model.profile import FUNCTION_OF, Identity, Point, Profile, Stretch, is_channelled
from gateway.model.stream import value_in_unit

SERIAL_NUMBER = "serial_number"
"""The name of the point with the serial number, in every profile that has one."""

_SPREAD = 4
"""So many points of a product are read beside its identifying facts."""

_APART = 2
"""So many of the registers that a product has and a likely other one lacks are read."""

_SOME_ONLY = ("firmware", " only")
"""Words of a note that says that a point is in some devices of a product: with newer firmware, or of some models only."""

_MOST_CODES = 4
"""A point that may have more values than that is a state rather than a code of the product."""


class Question(NamedTuple):
    """One read of registers or bits."""

    function: int
    address: int
    quantity: int


Reply = bytes | int | None
"""The reply of a device to a question: the data, the code of a Modbus exception, or None for no response."""

Evidence = Mapping[Question, Reply]


class Check(NamedTuple):
    """One point that a product must have: the read that shows it, and its value in the data; `identity` if it identifies the product."""

    question: Question
    point: Point
    decode: Callable[[bytes], Value]
    identity: Identity | None = None

    def value(self, reply: Reply) -> Value:
        """Return the value in a reply, in the point's unit; None if it has none, or an impossible one."""
        return self.decode(reply) if isinstance(reply, bytes) else None

    @property
    def registers(self) -> list[tuple[int, int]]:
        """The function and address of every register (or bit) that is read."""
        return [(self.question.function, self.question.address + place) for place in range(self.question.quantity)]


class Fingerprint(NamedTuple):
    """What a device must answer to be a product.

    Args:
        profile: the product.
        checks: what it is asked, in this order.
        objects: the texts of function 43/14 that it must have.
        others: further points that it must have.
        registers: the function and address of every register that it has, on all channels.
    """

    profile: Profile
    checks: tuple[Check, ...]
    objects: tuple[Identity, ...]
    others: tuple[Check, ...]
    registers: frozenset[tuple[int, int]]


def fingerprint(profile: Profile) -> Fingerprint:
    """Return the fingerprint of a Modbus product.

    Raises:
        ValueError: the product does not speak Modbus.
    """
    if profile.modbus is None:
        raise ValueError(f"profile '{profile.profile}' does not speak Modbus")
    device = bind_every_point(profile, channels=[0])
    known = {slot.point.name: _check(device, number) for number, slot in enumerate(device.slots)}
    codes = [
        known[one.point]._replace(identity=one)
        for one in sorted(profile.identify, key=lambda one: one.point is not None and is_weak(one, profile.point(one.point)))
        if one.point in known
    ]
    named = {check.point.name for check in codes}
    rest = [check for check in known.values() if check.point.name not in named and _is_certain(profile, check.point)]
    rest.sort(key=lambda check: check.question)
    spread = _spread(rest)
    if SERIAL_NUMBER in known and known[SERIAL_NUMBER] not in (*codes, *spread):
        spread.append(known[SERIAL_NUMBER])
    objects = tuple(one for one in profile.identify if one.object)
    others = tuple(check for check in rest if check not in spread)
    everywhere = bind_every_point(profile)
    spans = [span(number, slot) for number, slot in enumerate(everywhere.slots)]
    registers = frozenset((one.function, address) for one in spans for address in range(one.address, one.end))
    return Fingerprint(profile, (*codes, *spread), objects, others, registers)


def is_weak(identity: Identity, point: Point) -> bool:
    """Return whether a fact identifies a product only weakly: a measured quantity, or a state with many values, and not a code."""
    return point.unit is not None or len(identity.one_of) > _MOST_CODES


def refused(reply: Reply) -> bool:
    """Return whether a reply says that the device has no such register, or nothing came."""
    return not isinstance(reply, bytes)


def questions(fingerprints: Sequence[Fingerprint], evidence: Evidence) -> Iterator[Question]:
    """Yield what to ask a device next, the most telling first; the reply must be in `evidence` before the next is asked for.

    Products one of whose registers the device has refused are not asked about any further.
    """
    for depth in range(max((len(one.checks) for one in fingerprints), default=0)):
        for one in fingerprints:
            if depth < len(one.checks) and one.checks[depth].question not in evidence and not is_refuted(one, evidence):
                yield one.checks[depth].question


def is_refuted(one: Fingerprint, evidence: Evidence) -> bool:
    """Return whether a device has refused something that the product has."""
    return any(check.question in evidence and refused(evidence[check.question]) for check in one.checks)


def with_own_registers(one: Fingerprint, others: Iterable[Fingerprint]) -> Fingerprint:
    """Return a fingerprint that also checks some registers that another product lacks."""
    more: list[Check] = []
    for other in others:
        if other.profile.profile != one.profile.profile:
            lacking = [check for check in lacking_in(other, one) if check not in more]
            more += lacking[:_APART]
    return one._replace(checks=(*one.checks, *(check for check in more if check not in one.checks)))


def lacking_in(other: Fingerprint, one: Fingerprint) -> list[Check]:
    """Return the points of one product that lie wholly in registers that another does not have."""
    return [check for check in (*one.checks, *one.others) if other.registers.isdisjoint(check.registers)]


def _check(device: BoundDevice, number: int) -> Check:
    slot = device.slots[number]
    place = span(number, slot)
    whole = _undivided(device.profile, place.function, place.address)
    first, count = (whole.first, whole.last - whole.first + 1) if whole else (place.address, place.width)
    decode = decoder_of(device, Read(place.function, first, count, (number,)))
    convert = slot.field.converter()

    def in_unit(data: bytes) -> Value:
        (value,), _ = decode(data)
        return value_in_unit(value, convert)

    return Check(Question(place.function, first, count), slot.point, in_unit)


def _undivided(profile: Profile, function: int, address: int) -> Stretch | None:
    """Return the range that must be read whole if an address is to be read."""
    ranges = profile.modbus.undivided if profile.modbus else []
    return next((one for one in ranges if FUNCTION_OF[one.table] == function and one.first <= address <= one.last), None)


def _is_certain(profile: Profile, point: Point) -> bool:
    """Return whether every device of the product has the point, as far as is known."""
    if not readable(point) or point.uncertain or any(word in (point.note or "") for word in _SOME_ONLY):
        return False
    return not is_channelled(profile, point) or point.stride is not None


def _spread(checks: Sequence[Check]) -> list[Check]:
    """Return a few of the points, from the first register to the last."""
    if len(checks) <= _SPREAD:
        return list(checks)
    return [checks[round(place * (len(checks) - 1) / (_SPREAD - 1))] for place in range(_SPREAD)]
