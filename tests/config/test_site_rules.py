"""Broken site files: each gives the exact place and a useful sentence, none a traceback."""

from pathlib import Path

import pytest

from gateway.config.problems import ConfigError
from gateway.config.site_file import load_site

GOOD = """\
site: prato
operator: citelum
gateway: gw-0042
uplink: {broker: "mqtts://broker.example:8883", confirm: stored}
assets:
  qe-041: {name: Quadro 41, lat: 43.88, lon: 11.1}
  pl-0001: {}
lines:
  - id: panel
    serial: /dev/serial/by-path/platform-usb-0:1.2:1.0-port0
    baud: 9600
    parity: N
    devices:
      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: 10s}
  - id: dali
    tcp: "192.0.2.10:502"
    devices:
      - id: qe-041-dali
        profile: intesis_ibmbsdal
        channels: {0: pl-0001}
"""

# name: (what to replace, with what, [(line, column, part of the sentence)])
BROKEN = {
    "a misspelt key": ("    baud: 9600", "    baudd: 9600", [(11, 5, "did you mean 'baud'?")]),
    "a misspelt top key": ("operator:", "oprator:", [(1, 1, "'operator' is missing"), (2, 1, "did you mean 'operator'?")]),
    "a misspelt profile": ("carlo_gavazzi_em340", "carlo_gavazi_em340", [(14, 37, "did you mean 'carlo_gavazzi_em340' or")]),
    "an unknown profile": ("carlo_gavazzi_em340", "zzz", [(14, 37, "'gateway profiles list' shows those that there are")]),
    "a misspelt point": ("every: 10s}", "overrides: {voltage_L1: {scale: 1}}}", [(14, 94, "write 'voltage_l1'")]),
    "a point that is not there": ("every: 10s}", "overrides: {voltage_l9: {scale: 1}}}", [(14, 94, "did you mean 'voltage_l")]),
    "a duplicate key": ("    parity: N", "    parity: N\n    parity: E", [(13, 5, "'parity' stands here twice, first on line 12")]),
    "a duplicate line id": ("id: dali", "id: panel", [(15, 9, "line 'panel' is already on line 9")]),
    "a duplicate device id": ("id: qe-041-dali", "id: qe-041-meter", [(18, 13, "device 'qe-041-meter' is already on line 14")]),
    "a unit clash": (
        "every: 10s}", "every: 10s}\n      - {id: other, profile: xy_md02, unit: 1, asset: qe-041}",
        [(15, 45, "unit 1 is already 'qe-041-meter'")],
    ),
    "a unit clash by default": (
        "every: 10s}", "every: 10s}\n      - {id: other, profile: xy_md02, asset: qe-041}",
        [(15, 9, "unit 1 is already 'qe-041-meter'")],
    ),
    "a unit that is a word": ("unit: 1,", "unit: no,", [(14, 64, "'no' is no whole number")]),
    "a unit that is a time": ("unit: 1,", "unit: 12:30,", [(14, 64, "'12:30' is no whole number")]),
    "a unit that is too large": ("unit: 1,", "unit: 0xF9,", [(14, 64, "0xF9 is out of range; write a number from 1 to 247")]),
    "a unit that is a fraction": ("unit: 1,", "unit: 1.5,", [(14, 64, "'1.5' is no whole number")]),
    "a duration without sense": ("every: 10s", "every: 10 parsecs", [(14, 89, "500ms, 10s, 15min")]),
    "a duration of nothing": ("parity: N", "timeout: 0s", [(12, 14, "no duration above zero")]),
    "a parity that is none": ("parity: N", "parity: X", [(12, 13, "'X' is none of the choices; write one of: E, N, O")]),
    "a parity in small letters": ("parity: N", "parity: n", [(12, 13, "write N")]),
    "a baud rate that is a word": ("baud: 9600", "baud: fast", [(11, 11, "'fast' is no whole number")]),
    "a broker without encryption": ("mqtts://broker.example:8883", "mqtt://broker.example:1883", [(4, 18, "write 'mqtts://broker.example:1883'")]),
    "a broker that is a web page": ("mqtts://broker", "https://broker", [(4, 18, "mqtts://broker.example:8883")]),
    "a password in the address": ("mqtts://broker", "mqtts://me:secret@broker", [(4, 18, "a password must not stand in an address")]),
    "a confirm that is none": ("confirm: stored", "confirm: storred", [(4, 58, "did you mean 'stored'?")]),
    "a site that can't be a topic": ("site: prato", "site: Città di Prato", [(1, 7, "write 'citt-di-prato'")]),
    "an asset that is not listed": ("asset: qe-041", "asset: qe-042", [(14, 74, "did you mean 'qe-041'?")]),
    "a device without an asset": (", asset: qe-041,", ",", [(14, 9, "add 'asset: …'")]),
    "a channel that is not there": ("{0: pl-0001}", "{64: pl-0001}", [(20, 20, "write numbers from 0 to 63")]),
    "channels that are missing": ("        channels: {0: pl-0001}\n", "", [(18, 9, "add 'channels: {0: …}', numbers 0 to 63")]),
    "a line with two ways": ('    tcp: "192.0.2.10:502"', '    tcp: "192.0.2.10:502"\n    serial: /dev/ttyS0', [(15, 5, "write one of: serial, tcp")]),
    "a line without a way": ('    tcp: "192.0.2.10:502"\n', "", [(15, 5, "needs one way to its devices")]),
    "a speed on a TCP line": ('    tcp: "192.0.2.10:502"', '    tcp: "192.0.2.10:502"\n    baud: 9600', [(17, 5, "'baud' means nothing on a TCP line")]),
    "an address without a port": ("192.0.2.10:502", "192.0.2.10", [(16, 10, 'write for example "192.0.2.10:502"')]),
    "no devices": ("    devices:\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: 10s}\n", "    devices: []\n", [(13, 14, "the list is empty")]),
    "devices that are a mapping": ("    devices:\n      - {id", "    devices:\n      {id", [(14, 7, "begin every item with '- '")]),
    "no uplink": ('uplink: {broker: "mqtts://broker.example:8883", confirm: stored}\n', "", [(1, 1, "'uplink' is missing")]),
    "a tab": ("    baud: 9600", "\tbaud: 9600", [(11, 1, "never with tabs")]),
    "an open bracket": ("every: 10s}", "every: 10s", [(15, 7, "not YAML")]),
    "a value with a colon": ("name: Quadro 41", "name: Quadro: 41", [(6, 24, "not YAML")]),
    "a latitude off the globe": ("lat: 43.88", "lat: 143.88", [(6, 34, "write a number from -90 to 90")]),
    "two errors at once": (
        "    baud: 9600\n    parity: N", "    baud: fast\n    parity: X", [(11, 11, "'fast'"), (12, 13, "'X'")],
    ),
    "errors of shape and of sense at once": (
        "    parity: N\n    devices:\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: 10s}",
        "    parity: X\n    devices:\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: soon}\n"
        "      - {id: qe-041-meter, profile: xy_md02, unit: 1, asset: qe-049}\n      - {id: third, profile: xy_md02, unit: no, asset: qe-041}",
        [(12, 13, "'X'"), (14, 89, "'soon'"), (15, 14, "device 'qe-041-meter' is already on line 14"), (15, 52, "unit 1 is already"),
         (15, 62, "did you mean 'qe-041'?"), (16, 45, "'no' is no whole number")],
    ),
    "a supply that is no device": (
        "every: 10s}", "powered_by: {device: qe-041-dalo, point: actual_level}}", [(14, 103, "did you mean 'qe-041-dali'?")],
    ),
    "a device that feeds itself": (
        "every: 10s}", "powered_by: {device: qe-041-meter, point: frequency}}", [(14, 103, "there is no other device 'qe-041-meter'")],
    ),
    "a supply that nobody reads": (
        "every: 10s}", "powered_by: {device: qe-041-dali, point: fade_running}}", [(14, 123, "reads 'fade_running'; write one of: actual_level")],
    ),
    "a supply on a channel that is not used": (
        "every: 10s}", "powered_by: {device: qe-041-dali, point: lamp_power_on, channel: 7}}", [(14, 147, "has no channel 7")],
    ),
    "as often as possible on TCP": ("profile: intesis_ibmbsdal", "profile: intesis_ibmbsdal\n        every: 0s", [(18, 7, "'every: 0s' would ask a TCP device")]),
    "an echo on TCP": ('    tcp: "192.0.2.10:502"', '    echo: true\n    tcp: "192.0.2.10:502"', [(16, 5, "'echo' means nothing on a TCP line")]),
    "direction control on TCP": (
        '    tcp: "192.0.2.10:502"', '    rs485: {}\n    rtu_over_tcp: "192.0.2.10:502"', [(16, 5, "'rs485' means nothing on a TCP line")],
    ),
    "a share beyond half the line": ("    parity: N", "    silent_share: 60", [(12, 19, "write a number from 1 to 50")]),
    "two devices on a line of text": (
        "    devices:\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340,",
        "    devices:\n      - {id: a, profile: omnipresense_ops243, asset: qe-041}\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340,",
        [(15, 9, "a line that is not Modbus carries one device")],
    ),
}  # fmt: skip


def problems_of(text: str, folder: Path) -> list[tuple[int, int, str]]:
    path = folder / "site.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_site(path)
    for problem in error.value.problems:
        assert str(problem).startswith(f"{problem.file}:{problem.line}:{problem.column}: {problem.what}; ")
        assert len(problem.instead) > 5
    return [(problem.line, problem.column, f"{problem.what}; {problem.instead}") for problem in error.value.problems]


def test_the_file_that_the_broken_ones_come_from_is_good(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_site(path).site.site == "prato"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_site_file_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    old, new, expected = BROKEN[name]
    assert GOOD.count(old) == 1
    found = problems_of(GOOD.replace(old, new), tmp_path)
    for line, column, sentence in expected:
        assert any((at_line, at_column) == (line, column) and sentence in said for at_line, at_column, said in found), found
    if name not in ("an open bracket", "a tab"):
        assert len(found) == len(expected), found


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "the file is empty"), (b"\xff\xfe", "not UTF-8"), (b"- a\n- b\n", "a list stands where a mapping belongs"), (b"a: *nowhere\n", "alias"),
     (b"a: &x [*x]\n", "within itself"), (b"site: prato\n", "neither a gateway nor a centre"), (b"? [a]\n: b\n", "a key must be a word"), (b"\x00", "not YAML"),
     (b"[" * 5000, "not YAML"), (b"a: " + b"[" * 100 + b"]" * 100, "nested too deeply"), (b"site: prato\n---\nsite: b\n", "one document")],
)  # fmt: skip
def test_a_file_that_is_no_site_at_all_says_so(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        load_site(path)
    assert any(sentence in str(problem) for problem in error.value.problems), error.value.problems


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"can't be read: No such file"):
        load_site(tmp_path / "nowhere.yaml")


def test_numbers_words_and_times_mean_what_a_person_meant(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(GOOD.replace("unit: 1,", "unit: 0x34, tags: {gas: no, at: 12:30},").replace("Quadro 41", "12:30"))
    loaded = load_site(path)
    device = loaded.site.lines[0].devices[0]
    assert device.unit == 52
    assert device.tags == {"gas": "no", "at": "12:30"}
    assert loaded.site.assets["qe-041"].name == "12:30"


def test_durations_and_sizes_have_units(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(GOOD + "journal: {max_size: 64MiB, keep_stored: 1h, max_age: 2d}\n")
    journal = load_site(path).site.journal
    assert (journal.max_size, journal.keep_stored, journal.max_age) == (64 << 20, 3600.0, 172800.0)


def test_a_centre_writes_to_one_store_and_not_over_an_open_network(tmp_path: Path) -> None:
    centre = 'site: prato\ncentre:\n  broker: "mqtt://127.0.0.1:1883"\n  store: {influx: {url: "http://store.example:8086"}}\n'
    assert problems_of(centre, tmp_path) == [(4, 25, "http:// would cross a network unencrypted; write 'https://store.example:8086'")]
    both = centre.replace("http://store.example:8086", "http://127.0.0.1:8086").replace("}}", "}, history: {path: x}}")
    assert problems_of(both, tmp_path) == [(4, 10, "a centre writes to one store; write either 'influx: …' or 'history: …'")]


def test_a_ca_without_https_is_an_error(tmp_path: Path) -> None:
    centre = 'site: prato\ncentre:\n  broker: "mqtt://127.0.0.1:1883"\n  store: {influx: {url: "http://127.0.0.1:8086", ca: ca.pem}}\n'
    assert problems_of(centre, tmp_path) == [(4, 54, "'ca' has no effect with http://; write https://, or remove 'ca'")]


def test_the_site_file_that_the_documentation_shows_is_good(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "site.md").read_text().split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "site.yaml"
    path.write_text(text.replace("  qe-041: {name", "  pl-0001: {}\n  pl-0002: {}\n  qe-041: {name"))
    loaded = load_site(path)
    assert loaded.site.centre is not None
    assert len(loaded.site.lines[0].devices) == 2


@pytest.mark.parametrize("number", [0, 1])
def test_the_site_files_of_the_readme_are_good(number: int, tmp_path: Path) -> None:
    from textwrap import dedent

    text = (Path(__file__).parents[2] / "README.md").read_text().split("```yaml\n")[number + 1].split("```")[0]
    path = tmp_path / "site.yaml"
    path.write_text(dedent("   " + text if text.startswith("site") else text))
    assert load_site(path).site.site == "prato"
