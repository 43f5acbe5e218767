"""Is a profile what its sources say? Every worked example of it, byte for byte and to the last digit. Pure.

A read is asked as its example asks it, and the answer decoded; a write is built from its value; what a serial device sent is fed to its
dialect in small pieces; what it is asked must be what the profile asks. A frame that shows none of this must at least be whole.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.codec.checksums import CHECKSUMS, crc16
from gateway.fieldbus.dialects import umb
from gateway.fieldbus.dialects.collector import Collector
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.fieldbus.dialects.port import Query
from gateway.fieldbus.modbus.pdu import Request, read_request
from gateway.fieldbus.modbus.planning.compiled_reads import decoder_of
from gateway.fieldbus.modbus.planning.read_cost import rtu_cost
from gateway.fieldbus.modbus.planning.read_plan import Read, plan, span
from gateway.fieldbus.modbus.write_request import write_request
from gateway.model.batch import Value
from gateway.model.profile import Example, Profile
from gateway.model.quality import Quality

_PIECE_BYTES = 3
_MBAP_BYTES = 6


class ExampleResult(NamedTuple):
    """One example, and why it does not hold; None where it does."""

    example: Example
    why: str | None


class _Wrong(Exception):
    """An example does not hold: why."""


def prove(profile: Profile) -> list[ExampleResult]:
    """Hold a profile to each of its examples."""
    return [ExampleResult(example, _why(profile, example)) for example in profile.examples]


def _why(profile: Profile, example: Example) -> str | None:
    try:
        if profile.modbus is not None:
            _modbus(profile, example)
        else:
            _dialect(profile, example)
    except _Wrong as wrong:
        return str(wrong)
    except (ValueError, IndexError, StopIteration) as error:
        return f"it can't be read: {error}"
    return None


def _modbus(profile: Profile, example: Example) -> None:
    request, response = (_pdu(example, text) for text in (example.request, example.response))
    if example.decoded:
        if request is None or response is None:
            raise _Wrong("values are decoded from a request and its response")
        _read(profile, example, request, response)
    elif example.written:
        if request is None:
            raise _Wrong("a write is a request")
        _write(profile, example, request, response)
    elif request is not None and request[1] in (1, 2, 3, 4):
        _asked(profile, request)


def _pdu(example: Example, text: str | None) -> bytes | None:
    """Give unit and PDU of a frame that is whole."""
    if text is None:
        return None
    frame = bytes.fromhex(text)
    if example.framing == "tcp":
        if frame[2:4] != b"\0\0" or int.from_bytes(frame[4:6], "big") != len(frame) - _MBAP_BYTES:
            raise _Wrong(f"the header of {text} does not fit it")
        return frame[_MBAP_BYTES:]
    if crc16(frame[:-2]) != frame[-2:]:
        raise _Wrong(f"the CRC of {text} is wrong; it would be {crc16(frame[:-2]).hex(' ').upper()}")
    return frame[:-2]


def _read(profile: Profile, example: Example, request: bytes, response: bytes) -> None:
    function, address, count = request[1], int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
    built = read_request(request[0], function, address, count)
    _same_bytes("the request", request, built)
    if response[0] != request[0] or not response[1:].startswith(built.head) or len(response) - 1 != built.size:
        raise _Wrong("the response does not answer the request")
    device = _whole_device(profile, example)
    wanted = [number for number, slot in enumerate(device.slots) if slot.point.name in example.decoded]
    for number in wanted:
        one = span(number, device.slots[number])
        if one.function != function or one.address < address or one.end > address + count:
            raise _Wrong(f"'{device.slots[number].point.name}' (function {one.function}, {one.address}) is not in what is read")
    if not wanted:
        raise _Wrong("it decodes no point that can be read")
    values, _ = decoder_of(device, Read(function, address, count, tuple(wanted)))(response[1 + built.skip :])
    _compare(example, {device.slots[number].point.name: _shown(device, number, raw) for number, raw in zip(wanted, values, strict=True)})


def _write(profile: Profile, example: Example, request: bytes, response: bytes | None) -> None:
    ((name, value),) = example.written.items()
    if value is None:
        raise _Wrong("a write has a value")
    built = write_request(profile, profile.point(name), value, request[0], example.channel)
    _same_bytes("the request", request, built)
    if response is not None and not response[1:].startswith(built.head):
        raise _Wrong("the response does not answer the request")


def _asked(profile: Profile, request: bytes) -> None:
    """A read of which no values are shown begins where a point begins and ends where one ends."""
    function, address, count = request[1], int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
    device = bind_every_point(profile)
    spans = [span(number, slot) for number, slot in enumerate(device.slots)]
    mine = [one for one in spans if one.function == function and one.address < address + count and one.end > address]
    if not mine or min(one.address for one in mine) != address:
        raise _Wrong(f"no point begins at address {address} of function {function}")


def _same_bytes(what: str, given: bytes, built: Request) -> None:
    mine = bytes((built.unit,)) + built.pdu
    if mine != given:
        raise _Wrong(f"{what} would be {mine.hex(' ').upper()}, not {given.hex(' ').upper()}")


def _whole_device(profile: Profile, example: Example) -> BoundDevice:
    return bind_every_point(profile, channels=[example.channel] if profile.channels else ())


def _shown(device: BoundDevice, number: int, raw: Value) -> Value:
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    return device.slots[number].field.converter()(raw) if is_number else raw  # type: ignore[arg-type]  # just looked at


def _dialect(profile: Profile, example: Example) -> None:
    device = _whole_device(profile, example)
    if example.tx is not None:
        _question(profile, example)
    if example.rx is None:
        return
    dialect = dialect_of(device)
    dialect.asking(Query(b"", example.channel))
    # However it is cut, and whatever stood before it (where the answer itself says where it begins).
    marked = profile.frame is None or profile.frame.start is not None or profile.frame.stuffing is not None
    data = (b"\r\n" if marked else b"") + _bytes(profile, example.rx)
    told = [one for at in range(0, len(data), _PIECE_BYTES) for one in dialect.feed(data[at : at + _PIECE_BYTES])]
    values: dict[str, Value] = {}
    for one in told:
        for number, raw in one.values.items():
            collected = Collector(device.slots[number])
            collected.tell(raw)
            values[device.slots[number].point.name] = _shown(device, number, collected.take(Quality.BadNoData)[0])
    _answered(example, bool(told), dialect.rejected, values)


def _answered(example: Example, told: bool, rejected: int, values: Mapping[str, Value]) -> None:  # noqa: FBT001 — what happened
    if example.answer == "refused":
        if told or not rejected:
            raise _Wrong("it should be refused and is not")
    elif example.answer == "nothing":
        if any(value is not None for value in values.values()):
            raise _Wrong("it should tell nothing and tells something")
    else:
        _compare(example, values)


def _question(profile: Profile, example: Example) -> None:
    sent = _bytes(profile, example.tx or "")
    dialect = dialect_of(bind_every_point(profile))
    known = {question.data for question in dialect.asks} | set(dialect.setup)
    if profile.umb is not None:
        # Which channels are asked for is the site's: here those that the example is about.
        channels = [profile.point(name).channel or 0 for name in example.decoded]
        known.add(umb.request(profile.umb.device_class, profile.umb.device, channels))
    if profile.text is not None:
        sent, known = sent.upper(), {one.upper() for one in known}  # commands of letters are taken in either case
    if sent not in known and (profile.umb is not None or not _is_whole(profile, sent)):
        raise _Wrong(f"{example.tx!r} is nothing that the profile asks or sets up")


def _is_whole(profile: Profile, frame: bytes) -> bool:
    """Tell whether a frame that the profile does not send itself is one of its dialect."""
    checks = profile.frame.checks if profile.frame else []
    if profile.frame is None or profile.frame.stuffing is not None:
        return profile.frame is None and frame.isascii()
    for check in checks:
        checksum = CHECKSUMS[check.kind]
        at = check.at if check.at >= 0 else len(frame) + check.at
        end = check.end if check.end > 0 else len(frame) + check.end
        if int.from_bytes(frame[at : at + checksum.size], check.order) != checksum.of(frame[check.first : end]):
            return False
    return bool(checks)


def _bytes(profile: Profile, text: str) -> bytes:
    return text.encode("latin-1") if profile.text is not None else bytes.fromhex(text)


def _compare(example: Example, values: Mapping[str, Value]) -> None:
    wrong = list(_differences(example, values))
    if wrong:
        raise _Wrong("; ".join(wrong))


def _differences(example: Example, values: Mapping[str, Value]) -> Iterator[str]:
    for name, expected in example.decoded.items():
        found = values.get(name)
        if not _same(found, expected):
            yield f"'{name}' is {found}, not {expected}"


def _same(found: Value, expected: float | str | bool | None) -> bool:  # noqa: FBT001 — a value
    """Compare to the last digit that is given."""
    if isinstance(expected, bool) or expected is None or isinstance(expected, str) or isinstance(found, str | bool) or found is None:
        return found is expected if isinstance(expected, bool) or expected is None else found == expected
    if isinstance(expected, float):
        return round(float(found), max(0, -int(Decimal(str(expected)).as_tuple().exponent))) == expected
    return found == expected


def flaws(profile: Profile) -> list[str]:
    """Give what is wrong with how a Modbus product is read: reads that are too long, points that no read covers."""
    modbus = profile.modbus
    if modbus is None:
        return []
    device = bind_every_point(profile)
    reads = plan(device, rtu_cost(_CHARACTER_S, _CHARACTER_S, modbus.turnaround))
    found = [
        f"a read of {read.quantity} at {read.address} is longer than the product takes"
        for read in reads
        if read.quantity > (modbus.longest_bit_read if read.function in (1, 2) else modbus.longest_read)
    ]
    left = set(range(len(device.slots))) - {slot for read in reads for slot in read.slots}
    return found + [f"no read covers '{device.slots[slot].point.name}'" for slot in sorted(left)]


_CHARACTER_S = 10 / 9600
