"""Durations, sizes, names and addresses as people write them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from yaml import ScalarNode

from gateway.config.problems import Problems
from gateway.config.scalar_readers import READERS, InvalidScalar
from gateway.config.yaml_tree import compose, scalar
from gateway.model.units import KNOWN
from tests.config.sites import Broken, check_broken


def read(reader: str, text: str, **limits: int) -> Any:
    node = compose(text, Problems("f"))
    assert isinstance(node, ScalarNode)
    return READERS[reader](scalar(node), node.value, **limits)


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        ("duration", "500ms", 0.5), ("duration", "10s", 10.0), ("duration", "15min", 900.0), ("duration", "1.5h", 5400.0), ("duration", "2d", 172800.0),
        ("duration", "10", 10.0), ("delay", "0", 0.0), ("delay", "0s", 0.0), ("delay", "5ms", 0.005),
        ("size", "64MiB", 64 << 20), ("size", "2GB", 2 * 10**9), ("size", "100", 100),
        ("hex_bytes", "42 4D", b"BM"), ("hex_bytes", "'424D'", b"BM"),
        ("name", "gw-0042", "gw-0042"), ("name", "7", "7"), ("identifier", "voltage_l1", "voltage_l1"),
        ("label", "7", "7"), ("title", "Quadro 41", "Quadro 41"), ("label", "Piazza Duomo, 2", "Piazza Duomo, 2"), ("host_port", "192.0.2.10:502", "192.0.2.10:502"), ("host_port", "'[::1]:0'", "[::1]:0"),
        ("broker_url", "mqtts://broker.example", "mqtts://broker.example"), ("http_url", "http://127.0.0.1:8086", "http://127.0.0.1:8086"),
        ("time_of_day", "23:30", 1410), ("time_of_day", "7:05", 425), ("time_of_day", "00:00", 0),
        ("clock_time", "23:30", "23:30:00"), ("clock_time", "5:45:30", "05:45:30"), ("minute_offset", "-15min", -15), ("minute_offset", "1h", 60),
        ("minute_offset", "0", 0), ("year_date", "12-26", "--12-26"), ("year_date", "02-29", "--02-29"), ("year_date", "2027-03-28", "2027-03-28"),
        ("day_range", "15", "---15"), ("day_range", "12-24/12-31", "--12-24/--12-31"), ("day_range", "1/5", "---01/---05"),
        ("time_zone", "Europe/Rome", "Europe/Rome"), ("time_zone", "UTC", "UTC"),
        ("exact", "0.1", Decimal("0.1")), ("exact", "3", Decimal(3)), ("unit", "kW.h", "kW.h"),
    ],
)  # fmt: skip
def test_valid_scalars_are_read(reader: str, text: str, value: object) -> None:
    assert read(reader, text) == value


@pytest.mark.parametrize(
    ("reader", "text", "message"),
    [
        ("duration", "~", "value missing; write a number with a unit: 500ms, 10s, 15min, 1h or 1d"),
        ("identifier", '"ab\\n"', "is not a valid name"),
        ("label", '"a\\tb"', "is not a valid value of a tag; write 1 to 128 characters"),
        ("title", "x" * 257, "is not a name; write at most 256 characters"),
        ("label", "''", "is not a valid value of a tag"),
        ("duration", "10 parsecs", "'10 parsecs' is not a duration; write a number with a unit"),
        ("duration", "0s", "'0s' is out of range; write a duration of at least 1ms and below ten years, for example 10s"),
        ("duration", "9999d", "'9999d' is out of range"),
        ("duration", "0.0000001s", "'0.0000001s' is out of range; write a duration of at least 1ms"),
        ("duration", "1e-300", "'1e-300' is out of range"),
        ("duration", "9" * 400 + "s", "is not a duration"),
        ("size", "9" * 400 + "GiB", "is not a size"),
        ("clock_time", "24:00", "'24:00' is not a time of the day; write hours and minutes"),
        ("minute_offset", "15", "'15' is not a number of minutes; write whole minutes, for example 10min or -15min"),
        ("minute_offset", "13h", "'13h' is out of range; write at most twelve hours"),
        ("year_date", "02-30", "'02-30' is not a day; write for example"),
        ("year_date", "2027-02-29", "'2027-02-29' is not a day"),
        ("day_range", "32", "'32' is not a day; write for example"),
        ("day_range", "12-24/01-06", "'12-24/01-06' ends before it begins; write two ranges, one for each year"),
        ("day_range", "1/2/3", "'1/2/3' is not a day"),
        ("time_of_day", "24:00", "'24:00' is not a time of the day; write hours and minutes"),
        ("time_of_day", "1380", "is not a time of the day"),
        ("time_zone", "Europe/Roma", "'Europe/Roma' is not a known time zone; did you mean 'Europe/Rome'?"),
        ("time_zone", "../../etc/passwd", "is not a known time zone; write a name of the IANA database, for example Europe/Rome"),
        ("time_zone", "x" * 5000, "is not a known time zone; write a name of the IANA database"),
        ("size", "0B", "'0B' is not a size"),
        ("size", "true", "'true' is not a size"),
        ("exact", "1e999999999", "'1e999999999' is not a number"),
        ("exact", "1e300", "'1e300' is out of range; write a number with an exponent from -30 to 30"),
        ("exact", "1e-999999999", "'1e-999999999' is out of range"),
        ("identifier", "a" * 65, "is longer than 64 characters; shorten it"),
        ("hex_bytes", "00" * 1025, "is not a sequence of bytes"),
        ("delay", "soon", "'soon' is not a duration"),
        ("size", "64 potatoes", "'64 potatoes' is not a size; write a number with a unit: 64MiB or 2GiB"),
        ("size", "-1", "'-1' is not a size"),
        ("hex_bytes", "4", "'4' is not a sequence of bytes; write two hexadecimal digits per byte, for example 42 4D"),
        ("hex_bytes", "''", "'' is not a sequence of bytes"),
        ("name", "Città", "'Città' is not a valid name in topics (a-z, 0-9 and '-', at most 63 characters); write 'citt'"),
        ("name", "'!'", "write lower-case letters, digits and '-'"),
        ("name", "~", "value missing; "),
        ("identifier", "Volt L1", "'Volt L1' is not a valid name (a-z, 0-9 and '_'); write 'volt_l1'"),
        ("identifier", "1st", "start with a letter, and use only a-z, 0-9 and '_'"),
        (
            "host_name",
            "street.example:443",
            "'street.example:443' is not the name of a host; write it without a port, for example street.example.org",
        ),
        ("host_name", "https://street.example", "is not the name of a host"),
        ("host_name", "17", "'17' is not the name of a host"),
        ("host_port", "192.0.2.10", "'192.0.2.10' is not a host and port"),
        ("host_port", "h:99999", "'h:99999' is not a host and port"),
        ("broker_url", "https://b", "'https://b' is not a valid address; write for example \"mqtts://broker.example:8883\""),
        ("broker_url", "mqtt://b:x", "'mqtt://b:x' is not a valid address"),
        ("http_url", "http://u:p@h", "an address must not contain a password; write it to a file, and name the file under 'login'"),
        ("exact", "true", "'true' is not a number; write for example 0.1"),
        ("unit", "degC", "'degC' is not a known UCUM unit; write 'Cel'"),
        ("unit", "mmHg", "write 'mm[Hg]'"),
    ],
)
def test_invalid_scalars_say_what_is_wrong_and_what_to_write(reader: str, text: str, message: str) -> None:
    with pytest.raises(InvalidScalar) as error:
        read(reader, text)
    assert message in f"{error.value.what}; {error.value.instead}"


@pytest.mark.parametrize("text", ["1.5", "true", "x", "~"])
def test_a_whole_number_is_nothing_else(text: str) -> None:
    with pytest.raises(InvalidScalar, match=r"not a whole number|value missing"):
        read("whole", text, low=1, high=247)


def test_the_name_of_a_host_is_in_lower_case() -> None:
    assert read("host_name", "Street.Example") == "street.example"


def test_a_whole_number_has_a_range() -> None:
    assert read("whole", "0xF7", low=1, high=247) == 247
    with pytest.raises(InvalidScalar) as error:
        read("whole", "248", low=1, high=247)
    assert (error.value.what, error.value.instead) == ("248 is out of range", "write a number from 1 to 247")


@pytest.mark.parametrize("spelt", ["kWh", "VA", "kvar", "degC", "°C", "%RH", "°", "mph", "ppm", "µg/m³", "dBm", "mmHg", "kmh"])
def test_the_unit_that_is_suggested_for_a_common_spelling_is_known(spelt: str) -> None:
    with pytest.raises(InvalidScalar) as error:
        READERS["unit"](spelt, spelt)
    assert error.value.instead.removeprefix("write '").removesuffix("'") in KNOWN


BROKEN: dict[str, Broken] = {
    "a misspelt point": ("every: 10s}", "overrides: {voltage_L1: {scale: 1}}}", [(14, 94, "write 'voltage_l1'")]),
    "a unit that is a word": ("unit: 1,", "unit: no,", [(14, 64, "'no' is not a whole number")]),
    "a unit that is a time": ("unit: 1,", "unit: 12:30,", [(14, 64, "'12:30' is not a whole number")]),
    "a unit that is too large": ("unit: 1,", "unit: 0xF9,", [(14, 64, "0xF9 is out of range; write a number from 1 to 247")]),
    "a unit that is a fraction": ("unit: 1,", "unit: 1.5,", [(14, 64, "'1.5' is not a whole number")]),
    "a duration with an unknown unit": ("every: 10s", "every: 10 parsecs", [(14, 89, "500ms, 10s, 15min")]),
    "a duration of nothing": ("parity: N", "timeout: 0s", [(12, 14, "'0s' is out of range; write a duration of at least 1ms")]),
    "a baud rate that is a word": ("baud: 9600", "baud: fast", [(11, 11, "'fast' is not a whole number")]),
    "a broker that is a web page": ("mqtts://broker", "https://broker", [(4, 18, "mqtts://broker.example:8883")]),
    "a password in the address": ("mqtts://broker", "mqtts://me:secret@broker", [(4, 18, "an address must not contain a password")]),
    "a site that can't be a topic": ("site: prato", "site: Città di Prato", [(1, 7, "write 'citt-di-prato'")]),
    "an address without a port": ("192.0.2.10:502", "192.0.2.10", [(16, 10, 'write for example "192.0.2.10:502"')]),
    "a share beyond half the line": ("    parity: N", "    silent_share: 60", [(12, 19, "write a number from 1 to 50")]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_invalid_scalar_in_a_site_file_has_a_place(name: str, tmp_path: Path) -> None:
    check_broken(BROKEN[name], tmp_path)


def test_a_machine_without_a_database_of_time_zones_accepts_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.config.scalar_readers.available_timezones", set)
    assert read("time_zone", "Europe/Rome") == "Europe/Rome"
    with pytest.raises(InvalidScalar):
        read("time_zone", "../Rome")
