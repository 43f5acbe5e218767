"""Checks a profile against its worked examples, byte for byte and to the last digit. Pure.

Requests are built from the profile and compared, responses decoded and their values compared. Messages of serial devices are fed to
their dialect in small pieces; their queries must be ones that the profile sends. Any other frame must at least be complete.
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
from gateway.model.stream import value_in_unit

_PIECE_BYTES = 3
_MBAP_BYTES = 6


class ExampleResult(NamedTuple):
    """One example, and why it fails; None if it passes."""

    example: Example
    why: str | None


class _Wrong(Exception):
    """Raised with the reason why an example fails."""


def check_examples(profile: Profile) -> list[ExampleResult]:
    """Check a profile against each of its examples."""
    return [ExampleResult(example, _failure(profile, example)) for example in profile.examples]


def _failure(profile: Profile, example: Example) -> str | None:
    try:
        if profile.modbus is not None:
            _modbus(profile, example)
        else:
            _dialect(profile, example)
    except _Wrong as wrong:
        return str(wrong)
    except (ValueError, IndexError, StopIteration) as error:
        return f"the example can't be decoded: {error}"
    return None


def _modbus(profile: Profile, example: Example) -> None:
    request, response = (_pdu(example, text) for text in (example.request, example.response))
    if example.decoded:
        if request is None or response is None:
            raise _Wrong("an example with 'decoded' needs both 'request' and 'response'")
        _check_read(profile, example, request, response)
    elif example.written:
        if request is None:
            raise _Wrong("an example with 'written' needs a 'request'")
        _check_write(profile, example, request, response)
    elif request is not None and request[1] in (1, 2, 3, 4):
        _check_start(profile, request)


def _pdu(example: Example, text: str | None) -> bytes | None:
    """Return the unit and PDU of a frame after checking its header or CRC."""
    if text is None:
        return None
    frame = bytes.fromhex(text)
    if example.framing == "tcp":
        if frame[2:4] != b"\0\0" or int.from_bytes(frame[4:6], "big") != len(frame) - _MBAP_BYTES:
            raise _Wrong(f"the MBAP header of {text} does not match its length")
        return frame[_MBAP_BYTES:]
    if crc16(frame[:-2]) != frame[-2:]:
        raise _Wrong(f"the CRC of {text} is wrong; it should be {crc16(frame[:-2]).hex(' ').upper()}")
    return frame[:-2]


def _check_read(profile: Profile, example: Example, request: bytes, response: bytes) -> None:
    function, address, count = request[1], int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
    built = read_request(request[0], function, address, count)
    _same_bytes("the request", request, built)
    if response[0] != request[0] or not response[1:].startswith(built.head) or len(response) - 1 != built.size:
        raise _Wrong("the response does not match the request")
    device = _device(profile, example)
    wanted = [number for number, slot in enumerate(device.slots) if slot.point.name in example.decoded]
    for number in wanted:
        one = span(number, device.slots[number])
        if one.function != function or one.address < address or one.end > address + count:
            raise _Wrong(f"'{device.slots[number].point.name}' (function {one.function}, {one.address}) is not in the registers read")
    if not wanted:
        raise _Wrong("none of the names under 'decoded' is a point that can be read")
    values, _ = decoder_of(device, Read(function, address, count, tuple(wanted)))(response[1 + built.skip :])
    _compare(example, {device.slots[number].point.name: _in_unit(device, number, raw) for number, raw in zip(wanted, values, strict=True)})


def _check_write(profile: Profile, example: Example, request: bytes, response: bytes | None) -> None:
    ((name, value),) = example.written.items()
    if value is None:
        raise _Wrong("'written' needs a value")
    built = write_request(profile, profile.point(name), value, request[0], example.channel)
    _same_bytes("the request", request, built)
    if response is not None and not response[1:].startswith(built.head):
        raise _Wrong("the response does not match the request")


def _check_start(profile: Profile, request: bytes) -> None:
    """Check that a read without decoded values begins at a point."""
    function, address, count = request[1], int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
    device = bind_every_point(profile)
    spans = [span(number, slot) for number, slot in enumerate(device.slots)]
    mine = [one for one in spans if one.function == function and one.address < address + count and one.end > address]
    if not mine or min(one.address for one in mine) != address:
        raise _Wrong(f"no point begins at address {address} of function {function}")


def _same_bytes(what: str, given: bytes, built: Request) -> None:
    mine = bytes((built.unit,)) + built.pdu
    if mine != given:
        raise _Wrong(f"{what} built from the profile is {mine.hex(' ').upper()}, the example has {given.hex(' ').upper()}")


def _device(profile: Profile, example: Example) -> BoundDevice:
    return bind_every_point(profile, channels=[example.channel] if profile.channels else ())


def _in_unit(device: BoundDevice, number: int, raw: Value) -> Value:
    return value_in_unit(raw, device.slots[number].field.converter())


def _dialect(profile: Profile, example: Example) -> None:
    device = _device(profile, example)
    if example.tx is not None:
        _check_query(profile, example)
    if example.rx is None:
        return
    dialect = dialect_of(device)
    dialect.expect(Query(b"", example.channel))
    # However the bytes are split, and whatever precedes them if the message marks its own start.
    marked = profile.frame is None or profile.frame.start is not None or profile.frame.stuffing is not None
    data = (b"\r\n" if marked else b"") + _bytes(profile, example.rx)
    messages = [one for at in range(0, len(data), _PIECE_BYTES) for one in dialect.feed(data[at : at + _PIECE_BYTES])]
    values: dict[str, Value] = {}
    for message in messages:
        for number, raw in message.values.items():
            collector = Collector(device.slots[number])
            collector.accept(raw)
            values[device.slots[number].point.name] = _in_unit(device, number, collector.consume(Quality.BadNoData)[0])
    if example.answer == "refused":
        if messages or not dialect.rejected:
            raise _Wrong("the message should be rejected, but is accepted")
    elif example.answer == "nothing":
        if any(value is not None for value in values.values()):
            raise _Wrong("the message should have no values, but has some")
    else:
        _compare(example, values)


def _check_query(profile: Profile, example: Example) -> None:
    sent = _bytes(profile, example.tx or "")
    dialect = dialect_of(bind_every_point(profile))
    known = {query.data for query in dialect.queries} | set(dialect.setup)
    if profile.umb is not None:
        # The site decides which channels to query: here the ones that the example decodes.
        channels = [profile.point(name).channel or 0 for name in example.decoded]
        known.add(umb.data_request(profile.umb.device_class, profile.umb.device, channels))
    if profile.text is not None:
        sent, known = sent.upper(), {one.upper() for one in known}  # devices accept text commands in either case
    if sent not in known and (profile.umb is not None or not _is_complete(profile, sent)):
        raise _Wrong(f"{example.tx!r} is neither a query nor a setup command of the profile")


def _is_complete(profile: Profile, frame: bytes) -> bool:
    """Return whether a frame that the profile itself does not send is a valid one of its dialect."""
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
        if not _equal(found, expected):
            yield f"'{name}' decodes to {found}, the example has {expected}"


def _equal(found: Value, expected: float | str | bool | None) -> bool:  # noqa: FBT001 — a value
    """Compare to the last digit of the expected value."""
    if isinstance(expected, bool) or expected is None or isinstance(expected, str) or isinstance(found, str | bool) or found is None:
        return found is expected if isinstance(expected, bool) or expected is None else found == expected
    if isinstance(expected, float):
        return round(float(found), max(0, -int(Decimal(str(expected)).as_tuple().exponent))) == expected
    return found == expected


def plan_flaws(profile: Profile) -> list[str]:
    """Return what is wrong with the read plan of a Modbus product: reads that are too long, points that no read covers."""
    modbus = profile.modbus
    if modbus is None:
        return []
    device = bind_every_point(profile)
    reads = plan(device, rtu_cost(_CHARACTER_S, _CHARACTER_S, modbus.turnaround))
    found = [
        f"a read of {read.quantity} at {read.address} is longer than the product accepts"
        for read in reads
        if read.quantity > (modbus.longest_bit_read if read.function in (1, 2) else modbus.longest_read)
    ]
    left = set(range(len(device.slots))) - {slot for read in reads for slot in read.slots}
    return found + [f"no read covers '{device.slots[slot].point.name}'" for slot in sorted(left)]


_CHARACTER_S = 10 / 9600
