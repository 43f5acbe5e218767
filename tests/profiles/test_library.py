"""Every profile of the library loads, and its worked examples decode to the last digit; no file opts out."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import device_profiles
from gateway.config.problems import ConfigError
from gateway.config.profiles import Library, load_profile
from gateway.fieldbus import umb
from gateway.fieldbus.binding import BoundDevice, Group, Slot
from gateway.fieldbus.build import dialect_of
from gateway.fieldbus.checks import crc16
from gateway.fieldbus.framing import RtuFraming
from gateway.fieldbus.pdu import read_request
from gateway.fieldbus.plan import Read, span
from gateway.fieldbus.registers import decoder_of
from gateway.fieldbus.serial_driver import Collected
from gateway.model.canonical import FieldType
from gateway.model.profile import SIZE_BYTES, Example, Profile
from gateway.model.quality import Quality
from gateway.model.scale import scaler
from gateway.model.stream import StreamField

LIBRARY = Library()
EXAMPLES = [(name, example) for name in LIBRARY.names for example in LIBRARY.get(name).examples]


@pytest.mark.parametrize("path", device_profiles.paths().values(), ids=lambda path: path.stem)
def test_a_profile_is_right(path: Path) -> None:
    profile = load_profile(path)
    assert profile.examples, "a profile is held to at least one worked example"
    assert path.parent.name == profile.kind


def device_of(profile: Profile) -> BoundDevice:
    """Every point of a profile as a slot that keeps the point's own unit."""
    slots = tuple(Slot(point, 0, StreamField(point.name, FieldType.FLOAT), Fraction(1)) for point in profile.points)
    return BoundDevice("example", 1, profile, slots, (), (Group(1.0, ()),))


def decoded(profile: Profile, example: Example) -> dict[str, object]:
    request, response = bytes.fromhex(example.request or ""), bytes.fromhex(example.response or "")
    function, address, count = request[1], int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
    device = device_of(profile)
    spans = [span(number, slot) for number, slot in enumerate(device.slots) if slot.point.name in example.decoded]
    slots = tuple(one.slot for one in spans)
    framing = RtuFraming()
    assert framing.request(read_request(request[0], function, address, count)) == request
    answer = framing.feed(response)
    assert answer is not None
    values = decoder_of(device, Read(function, address, count, slots))(answer.data)[0]
    found = {}
    for number, value in zip(slots, values, strict=True):
        point = device.slots[number].point
        raw = isinstance(value, int) and not isinstance(value, bool) and point.offset is None
        found[point.name] = scaler(Fraction(point.scale or 1))(value) if raw else value
    return found


@pytest.mark.parametrize(
    ("name", "example"),
    [pair for pair in EXAMPLES if pair[1].request and pair[1].decoded],
    ids=lambda value: str(getattr(value, "desc", value)),
)
def test_a_modbus_example_is_asked_and_decoded_as_its_source_says(name: str, example: Example) -> None:
    assert decoded(LIBRARY.get(name), example) == example.decoded


@pytest.mark.parametrize(
    "example", [example for _, example in EXAMPLES if example.request and not example.decoded], ids=lambda example: example.desc
)
def test_a_modbus_example_that_is_no_read_has_whole_frames(example: Example) -> None:
    for frame in (bytes.fromhex(example.request or ""), bytes.fromhex(example.response or "")):
        assert crc16(frame[:-2]) == frame[-2:]


def bytes_of(profile: Profile, text: str) -> bytes:
    return text.encode() if profile.text is not None else bytes.fromhex(text)


@pytest.mark.parametrize(
    ("name", "example"), [pair for pair in EXAMPLES if pair[1].rx], ids=lambda value: str(getattr(value, "desc", value))
)
def test_an_example_of_a_serial_dialect_is_read_as_its_source_says(name: str, example: Example) -> None:
    profile = LIBRARY.get(name)
    device = device_of(profile)
    if "interval" in example.desc:
        device = device._replace(slots=tuple(slot._replace(channel=1 if slot.point.message == "interval" else 0) for slot in device.slots))
    dialect = dialect_of(device)
    # However it is cut, and whatever stood before it.
    data = b"\r\n" + bytes_of(profile, example.rx or "")
    told = [one for start in range(0, len(data), 3) for one in dialect.feed(data[start : start + 3])]
    if example.answer == "refused":
        assert not told
        assert dialect.rejected >= 1
        return
    assert not dialect.rejected or profile.frame is not None
    values = {}
    for one in told:
        for number, raw in one.values.items():
            collected = Collected(device.slots[number])
            collected.tell(raw)
            value, _ = collected.take(Quality.BadNoData)
            point = device.slots[number].point
            if value is not None:
                exact = isinstance(value, int) and not isinstance(value, bool) and point.offset is None and point.type in SIZE_BYTES
                values[point.name] = scaler(Fraction(point.scale or 1))(value) if exact else value
    if example.answer == "nothing":
        assert values == {}
        return
    for point_name, expected in example.decoded.items():
        digits = max(0, -int(Decimal(str(expected)).as_tuple().exponent)) if isinstance(expected, float) else None
        found = values[point_name]
        assert (round(found, digits) if digits is not None and isinstance(found, float) else found) == expected, point_name
    if "not valid" in example.desc:
        assert "speed" not in values


@pytest.mark.parametrize(
    ("name", "example"), [pair for pair in EXAMPLES if pair[1].tx], ids=lambda value: str(getattr(value, "desc", value))
)
def test_a_question_of_an_example_is_one_that_the_profile_asks_or_could_ask(name: str, example: Example) -> None:
    profile = LIBRARY.get(name)
    sent = bytes_of(profile, example.tx or "")
    if profile.umb is not None:
        assert sent == umb.request(7, 1, [100])
    elif profile.text is not None:
        assert sent.upper() in [question.encode().upper() for question in (*profile.text.ask, *profile.text.setup, "?P")]
    else:
        assert profile.frame is not None
        assert sent in [*profile.frame.ask, *profile.frame.setup]


BROKEN = {
    "an unknown key": ("modbus: {unit: 1}", "modbus: {unitt: 1}", (11, 10), "did you mean 'unit'?"),
    "a field that is not canonical": ("air_temperature: temp", "air_temprature: temp", (22, 14), "did you mean 'air_temperature'?"),
    "a measurement that is not canonical": ("measurement: weather", "measurement: wether", (21, 18), "did you mean 'weather'?"),
    "a unit that is not UCUM": ("unit: Cel, min", "unit: degC, min", (14, 66), "write 'Cel'"),
    "a unit that measures something else": ("unit: Cel, min", "unit: V, min", (22, 31), "correct the point's unit"),
    "a point that is not there": ("air_temperature: temperature", "air_temperature: temprature", (22, 31), "did you mean 'temperature'"),
    "a point twice": ("name: humidity,", "name: temperature,", (15, 12), "stands here twice"),
    "two addresses": ("{name: humidity, input: 2", "{name: humidity, input: 2, holding: 2", (15, 5), "needs one address"),
    "no source": ('  - {ref: "wiren', '  - {reff: "wiren', (8, 6), "did you mean 'ref'?"),
    "a bool without a bit": ("input: 1, type: int16", "input: 1, type: bool", (14, 5), "is one bit of a register"),
    "a stride without channels": ("input: 1, type: int16", "input: 1, stride: 2, type: int16", (14, 43), "a stride repeats a point for every channel"),
    "another file's name": ("profile: xy_md02", "profile: xy_md03", (2, 10), "write 'xy_md02'"),
    "an example of nothing": ("decoded: {temperature: 30.5", "decoded: {temprature: 30.5", (32, 15), "did you mean 'temperature'"),
    "a stretch that ends before it begins": (
        "modbus: {unit: 1}", "modbus: {unreadable: [{table: input, first: 9, last: 3}]}", (11, 23), "write its lower address as 'first'"),
    "a point where nothing can be read": (
        "modbus: {unit: 1}", "modbus: {unreadable: [{table: input, first: 1, last: 1}]}", (14, 5), "stands in a stretch that can't be read"),
    "a stretch that no read can hold": (
        "modbus: {unit: 1}", "modbus: {longest_read: 4, undivided: [{table: input, first: 1, last: 5}]}", (11, 39), "longer than the longest read (4)"),
    "a text where a number belongs": ("{name: humidity, input: 2, type: uint16", "{name: humidity, input: 2, type: string, length: 125", (22, 63), "gives a string"),
    "a string without a length": ("input: 1, type: int16", "input: 1, type: string", (14, 5), "write or remove 'length: …'"),
    "a date-time without a layout": ("input: 1, type: int16", "input: 1, type: datetime, length: 3", (14, 5), "write its bytes in order"),
    "a layout of another length": ("input: 1, type: int16", "input: 1, type: datetime, length: 3, layout: yyyy mo dd", (14, 70), "count its bytes"),
    "a layout of unknown parts": ("input: 1, type: int16", "input: 1, type: datetime, length: 2, layout: yyyy mm dd", (14, 70), "with: yyyy yy mo"),
    "bits beyond the register": ("input: 1, type: int16", "input: 1, bit: 14, bits: 4, type: uint16", (14, 40), "bits are taken from a register that has them"),
    "a sign without a bit field": ("input: 1, type: int16", "input: 1, bit: 3, signed: true, type: uint16", (14, 5), "write 'bits: …'"),
    "24 bits in registers": ("input: 1, type: int16", "input: 1, type: uint24", (14, 41), "is for frames"),
    "a coil that is a number": ("input: 1, type: int16", "coil: 1, type: int16", (14, 40), "write 'type: bool'"),
    "a signed counter that wraps": ("input: 1, type: int16", "input: 1, wraps_at: 100, type: int16", (14, 45), "use an unsigned type"),
    "two ways to speak": ("modbus: {unit: 1}", "modbus: {unit: 1}\ntext: {lines: [json]}", (2, 1), "a profile has one way to speak"),
    "a vendor's answer of no length": ("modbus: {unit: 1}", "modbus: {vendor: {reset: {code: 0x42}}}", (11, 26), "write either 'answer_bytes' or 'length_at'"),
    "an address beyond the end": ("input: 2,", "input: 70000,", (15, 29), "write a number from 0 to 65535"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_profile_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    old, new, place, sentence = BROKEN[name]
    text = device_profiles.paths()["xy_md02"].read_text()
    assert old in text
    path = tmp_path / "xy_md02.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as error:
        load_profile(path)
    assert any((p.line, p.column) == place and sentence in str(p) for p in error.value.problems), error.value.problems


BROKEN_FRAMES = {
    "a checksum that nobody knows": ("kind: sum8,", "kind: sum9,", "'sum9' is none of the choices"),
    "two lengths": ("  fixed: 10\n", "  fixed: 10\n  length: {at: 2}\n", "write one of: fixed, length, stuffing"),
    "no beginning": ("  start: AA C0\n", "", "write 'start: …', its first bytes"),
    "bytes that are none": ("start: AA C0", "start: AA CX", "write two hexadecimal digits a byte"),
    "a message that is not there": ("message: data, at: 2", "message: date, at: 2", "did you mean 'data'?"),
    "a point without a place": ("message: data, at: 2,", "message: data,", "write 'at: …'"),
}


@pytest.mark.parametrize("name", BROKEN_FRAMES)
def test_a_broken_profile_of_frames_says_what_to_write(name: str, tmp_path: Path) -> None:
    old, new, sentence = BROKEN_FRAMES[name]
    text = device_profiles.paths()["nova_sds011"].read_text()
    assert old in text
    path = tmp_path / "nova_sds011.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as error:
        load_profile(path)
    assert any(sentence in str(problem) for problem in error.value.problems), error.value.problems
