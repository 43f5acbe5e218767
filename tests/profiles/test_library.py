"""Every profile of the library loads, and its worked examples decode to the last digit, without exceptions."""

from pathlib import Path

import msgspec
import pytest

import device_profiles
from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary, load_profile
from gateway.model.profile import Example
from gateway.profile_check.examples import check_examples, plan_flaws

LIBRARY = ProfileLibrary()


@pytest.mark.parametrize("path", device_profiles.paths().values(), ids=lambda path: path.stem)
def test_a_profile_of_the_library_loads(path: Path) -> None:
    profile = load_profile(path)
    assert profile.examples, "a profile needs at least one worked example"
    assert path.parent.name == profile.kind


@pytest.mark.parametrize(
    ("name", "example"),
    [(name, example) for name in LIBRARY.names for example in LIBRARY.get(name).examples],
    ids=lambda value: str(getattr(value, "desc", value)),
)
def test_an_example_passes_byte_for_byte_and_to_the_last_digit(name: str, example: Example) -> None:
    profile = LIBRARY.get(name)
    (proof,) = check_examples(msgspec.structs.replace(profile, examples=[example]))
    assert proof.why is None


@pytest.mark.parametrize("name", LIBRARY.names)
def test_a_plan_respects_the_product_and_covers_every_point(name: str) -> None:
    assert plan_flaws(LIBRARY.get(name)) == []


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
    "an empty list of sources": (
        'sources:\n  - {ref: "wirenboard/wb-mqtt-serial@7f7a2d4 templates/config-xy-md0x-deprecated.json"}\n  - {ref: "gist lukasMega/ec7d0d8187dde7c1ebe49f72b0549eab", what: "function 4, address 1, two registers, tenths"}', "sources: []", (7, 10), "add at least one item, or leave the part out"),
    "a kind that is none": (
        "kind: weather", "kind: wether", (5, 7), "did you mean 'weather'?"),
    "points that overlap": (
        "input: 1, type: int16", "input: 1, type: int32", (15, 5), "correct an address or a type, or write 'alone: true' if it i"),
    "two types in one place": (
        "{name: humidity, input: 2,", "{name: humidity, input: 1,", (15, 5), "correct an address or a type, or write 'alone: true' if it i"),
    "written without a range": (
        "write: {min: 1, max: 247}", "write: {}", (16, 60), "write 'write: {min: …, max: …}'"),
    "a range beyond the type": (
        "write: {min: 1, max: 247}", "write: {min: 1, max: 70000}", (16, 60), "correct min and max, in the point's unit"),
    "written where nothing is written": (
        "{name: humidity, input: 2, type: uint16", "{name: humidity, input: 2, write: {min: 0, max: 9}, type: uint16", (15, 39), "write holding or coil, or remove 'write'"),
    "a computed value of nothing": (
        "measurements:", "derived:\n  - {name: both, sum: [temperature, humidty]}\nmeasurements:", (21, 37), "did you mean 'humidity'?"),
    "a sum of unlike things": (
        "measurements:", "derived:\n  - {name: both, sum: [temperature, humidity]}\nmeasurements:", (21, 23), "take points of one unit"),
    "a value computed in two ways": (
        "measurements:", "derived:\n  - {name: both, sum: [temperature], difference: humidity}\nmeasurements:", (21, 5), "write one of: sum, difference, below"),
    "a comparison without a limit": (
        "measurements:", "derived:\n  - {name: low, below: temperature}\nmeasurements:", (21, 5), "write 'below: …' and 'limit: …'"),
    "a computed value named as a point": (
        "measurements:", "derived:\n  - {name: humidity, sum: [temperature]}\nmeasurements:", (21, 12), "give one of them another name"),
    "a mode that is no point": (
        "  - measurement: weather\n", "  - measurement: weather\n    when: {mode: [1]}\n", (22, 12), "write one of: cfg_baud, cfg_unit_id, humidity, humidity_corr"),
    "an alarm of no point": (
        "quirks:", "alarms:\n  - {alarm: hot, point: temprature, above: 60, en: hot, it: caldo}\nquirks:", (24, 25), "did you mean 'temperature' or 'temperature_correction'?"),
    "an alarm without a text": (
        "quirks:", "alarms:\n  - {alarm: hot, point: temperature, above: 60, en: hot}\nquirks:", (24, 5), "add a line 'it: …' here"),
    "an identity of two things": (
        "points:\n", "identify:\n  - {point: humidity, object: VendorName, contains: XY}\npoints:\n", (14, 5), "write either 'point: …' or 'object: …'"),
    "an identity of nothing": (
        "points:\n", "identify:\n  - {point: humidity}\npoints:\n", (14, 5), "write one of: one_of, between, contains"),
    "a range with one end": (
        "points:\n", "identify:\n  - {point: humidity, between: [9]}\npoints:\n", (14, 32), "write '[lowest, highest]'"),
    "a setting to nothing": (
        "points:\n", "settings:\n  - {point: cfg_baud, en: set it, it: impostalo}\npoints:\n", (14, 5), "write 'one_of: [...]'"),
    "an extension of nothing": (
        "profile: xy_md02\n", "profile: xy_md02\nextends: xy_md03\n", (3, 10), "did you mean 'xy_md02' or 'xy_md02_text'?"),
    "an extension of an extension": (
        "profile: xy_md02\n", "profile: xy_md02\nextends: eastron_sdm630\n", (3, 10), "extend that one, and say here all that is different"),
    "an extension without a point that is not there": (
        "profile: xy_md02\n", "profile: xy_md02\nextends: eastron_sdm120\nwithout: [volltage]\n", (4, 11), "did you mean 'voltage'?"),
    "a scale that is none": (
        "input: 1, type: int16, scale: 0.1", "input: 1, type: int16, scale: a tenth", (14, 55), "write for example 0.1"),
    "an interval without a unit": (
        "every: 10s", "every: ten", (12, 8), "write a number with its unit: 500ms, 10s, 15min, 1h or 1d"),
    "an alarm that never is": (
        "measurements:", "  - {name: state, holding: 9, type: uint16, enum: {1: slow}}\nalarms:\n  - {alarm: slow, point: state, one_of: [slower], en: slow, it: lento}\nmeasurements:",
        (22, 41), "did you mean 'slow'?"),
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
    "a question for every channel that names none": (
        "  setup:",
        "  each: {ask: AA B4}\n  setup:",
        "write '??' where the channel's number stands",
    ),
    "a question for every channel that is no row of bytes": (
        "  setup:",
        "  each: {ask: h??90}\n  setup:",
        "write for example 'A3 ?? 90 00'",
    ),
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
