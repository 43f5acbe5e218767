"""Readers of the scalars in site files and profiles: durations, sizes, addresses, names. Each returns a value or raises InvalidScalar."""

import difflib
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from gateway.config import unit_hints
from gateway.config.yaml_tree import Scalar
from gateway.model.stream import MOST_NAME_CHARACTERS
from gateway.model.topics import LABEL, LEVEL, LONGEST_NAME, NAME
from gateway.model.units import KNOWN

_AMOUNT = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,20})?)\s{0,4}([A-Za-z]{1,4})")
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_NAME = re.compile(LEVEL)
_IDENTIFIER = re.compile(NAME)
_LABEL = re.compile(LABEL)
_LONGEST_BYTES, _LARGEST_SIZE = 1024, 1 << 50
"""Bytes in hexadecimal, bytes of a size."""

_EXPONENT_MOST = 30
"""Decimal exponents of exact numbers, both ways: a yottajoule is 10^24 J."""

LEAST_S = 0.001
"""The shortest duration: the finest step of times in the journal."""

_HOST_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):([0-9]{1,5})")

_TIME_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,31}){0,2}")
_LONGEST_TIME_ZONE = 64
_TIME_OF_DAY = re.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])")

_CLOCK_TIME = re.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_MINUTES = re.compile("([+-]?)([0-9]{1,4})(min|h)")
_MOST_MINUTES = 720
_YEAR_DATE = re.compile("(?:([0-9]{4})-)?([0-9]{2}-[0-9]{2})")
_DAY = re.compile("(?:[0-9]{2}-)?[0-9]{1,2}")
_LEAP_YEAR = 2024

_HOST_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")


class InvalidScalar(ValueError):
    """An invalid scalar: what is wrong, and what to write instead."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.what, self.instead = what, instead


def _not(kind: str, value: Scalar, text: str) -> str:
    """Return what is wrong with a scalar that should be of some kind."""
    return "value missing" if value is None else f"'{text}' is not {kind}"


def duration(value: Scalar, text: str) -> float:
    """Read seconds: `10s`, `500ms`, `15min`; a bare number counts seconds."""
    match = _AMOUNT.fullmatch(text)
    if match and match[2] in _SECONDS:
        seconds = float(match[1]) * _SECONDS[match[2]]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        raise InvalidScalar(_not("a duration", value, text), "write a number with a unit: 500ms, 10s, 15min, 1h or 1d")
    if not LEAST_S <= seconds <= 3660 * 86400:
        raise InvalidScalar(f"'{text}' is out of range", "write a duration of at least 1ms and below ten years, for example 10s")
    return seconds


def delay(value: Scalar, text: str) -> float:
    """Read seconds as `duration` does, or 0."""
    match = _AMOUNT.fullmatch(text)
    if text == "0" or (match and match[2] in _SECONDS and float(match[1]) == 0):
        return 0.0
    return duration(value, text)


def hex_bytes(_value: Scalar, text: str) -> bytes:
    """Read bytes in hexadecimal: `42 4D`."""
    try:
        found = bytes.fromhex(text) if len(text) <= 4 * _LONGEST_BYTES else b""
    except ValueError:
        found = b""
    if not 0 < len(found) <= _LONGEST_BYTES:
        raise InvalidScalar(f"'{text}' is not a sequence of bytes", "write two hexadecimal digits per byte, for example 42 4D")
    return found


def size(value: Scalar, text: str) -> int:
    """Read bytes: `64MiB`; a bare number counts bytes."""
    match = _AMOUNT.fullmatch(text)
    if match and match[2] in _BYTES:
        found = int(float(match[1]) * _BYTES[match[2]])
    else:
        found = value if isinstance(value, int) and not isinstance(value, bool) else 0
    if 0 < found <= _LARGEST_SIZE:
        return found
    raise InvalidScalar(_not("a size", value, text), "write a number with a unit: 64MiB or 2GiB")


def name(value: Scalar, text: str) -> str:
    """Read a name that is used as a topic level; a bare number is valid too."""
    if value is not None and _NAME.fullmatch(text):
        return text
    better = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")
    instead = f"write '{better}'" if better else "write lower-case letters, digits and '-'"
    raise InvalidScalar(_not("a valid name in topics (a-z, 0-9 and '-', at most 63 characters)", value, text), instead)


def identifier(value: Scalar, text: str) -> str:
    """Read the name of a profile, a point, a measurement, a field or a tag."""
    if len(text) > LONGEST_NAME:
        raise InvalidScalar(f"'{text}' is longer than {LONGEST_NAME} characters", "shorten it")
    if value is not None and _IDENTIFIER.fullmatch(text):
        return text
    better = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    instead = f"write '{better}'" if _IDENTIFIER.fullmatch(better) else "start with a letter, and use only a-z, 0-9 and '_'"
    raise InvalidScalar(_not("a valid name (a-z, 0-9 and '_')", value, text), instead)


def label(value: Scalar, text: str) -> str:
    """Read the value of a tag."""
    if value is not None and _LABEL.fullmatch(text):
        return text
    raise InvalidScalar(
        _not("a valid value of a tag", value, text), "write 1 to 128 characters without tabs, line breaks, control characters and '\\'"
    )


def title(value: Scalar, text: str) -> str:
    """Read a name for people."""
    if value is None or len(text) > MOST_NAME_CHARACTERS:
        raise InvalidScalar(_not("a name", value, f"{text:.40}"), f"write at most {MOST_NAME_CHARACTERS} characters")
    return text


def host_port(value: Scalar, text: str) -> str:
    """Read `host:port`."""
    match = _HOST_PORT.fullmatch(text)
    if match and 0 <= int(match[2]) <= 65535:
        return text
    raise InvalidScalar(_not("a host and port", value, text), 'write for example "192.0.2.10:502"')


def host_name(value: Scalar, text: str) -> str:
    """Read the name of a host, in lower case."""
    if isinstance(value, str) and _HOST_NAME.fullmatch(text):
        return text.lower()
    raise InvalidScalar(_not("the name of a host", value, text), "write it without a port, for example street.example.org")


def _url(text: str, schemes: tuple[str, ...], example: str) -> str:
    try:
        parts = urlsplit(text)
        fits = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    else:
        if parts.username or parts.password:
            raise InvalidScalar("an address must not contain a password", "write it to a file, and name the file under 'login'")
    if not fits:
        raise InvalidScalar(f"'{text}' is not a valid address", f'write for example "{example}"')
    return text


def broker_url(_value: Scalar, text: str) -> str:
    """Read the URL of a broker."""
    return _url(text, ("mqtt", "mqtts"), "mqtts://broker.example:8883")


def http_url(_value: Scalar, text: str) -> str:
    """Read the URL of an HTTP server."""
    return _url(text, ("http", "https"), "http://127.0.0.1:8086")


def time_zone(_value: Scalar, text: str) -> str:
    """Read the name of a time zone. A machine without a database of time zones accepts all that look like one."""
    known = available_timezones()
    if _TIME_ZONE.fullmatch(text) and (text in known or not known):
        return text
    near = difflib.get_close_matches(text[:_LONGEST_TIME_ZONE], sorted(known), n=1)
    instead = f"did you mean '{near[0]}'?" if near else "write a name of the IANA database, for example Europe/Rome"
    raise InvalidScalar(f"'{text}' is not a known time zone", instead)


def local_time(_value: Scalar, text: str) -> str:
    """Read a date and time of the site's time zone, to the minute."""
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 — local
    except ValueError as error:
        raise InvalidScalar(f"'{text[:40]}' is not a date and time", "write for example 2026-12-01T08:00") from error
    return text


def time_of_day(value: Scalar, text: str) -> int:
    """Read a time of the clock, `23:30`, as minutes after midnight."""
    match = _TIME_OF_DAY.fullmatch(text)
    if match is None:
        raise InvalidScalar(_not("a time of the day", value, text), 'write hours and minutes, from "00:00" to "23:59"')
    return 60 * int(match[1]) + int(match[2])


def clock_time(value: Scalar, text: str) -> str:
    """Read a time of the clock, `23:30` or `23:30:15`, as text of the longer form."""
    match = _CLOCK_TIME.fullmatch(text)
    if match is None:
        raise InvalidScalar(_not("a time of the day", value, text), 'write hours and minutes, from "00:00" to "23:59"')
    return f"{int(match[1]):02}:{match[2]}:{match[3] or '00'}"


def minute_offset(value: Scalar, text: str) -> int:
    """Read whole minutes with a unit and perhaps a sign: `10min`, `-15min`, `1h`, or 0."""
    match = _MINUTES.fullmatch("0min" if text == "0" else text)
    if match is None:
        raise InvalidScalar(_not("a number of minutes", value, text), "write whole minutes, for example 10min or -15min")
    minutes = int(f"{match[1]}{match[2]}") * (60 if match[3] == "h" else 1)
    if abs(minutes) > _MOST_MINUTES:
        raise InvalidScalar(f"'{text}' is out of range", "write at most twelve hours")
    return minutes


def year_date(value: Scalar, text: str) -> str:
    """Read a day of one year, `2027-03-28`, or of every year, `12-26`, which becomes `--12-26`."""
    match = _YEAR_DATE.fullmatch(text)
    try:
        date.fromisoformat(f"{(match and match[1]) or _LEAP_YEAR}-{match and match[2]}")
    except ValueError:
        match = None
    if match is None:
        raise InvalidScalar(_not("a day", value, text), 'write for example "12-26" for every year, or "2027-12-26" for one')
    return text if match[1] else f"--{text}"


def day_range(value: Scalar, text: str) -> str:
    """Read a day of every year, `12-24`, or month, `15`, or days from one to another, which become `--12-24/--12-31` or `---15`."""
    days = [_marked(one) for one in text.split("/")]
    first, last = days[0], days[-1]
    if first is None or last is None or not 1 <= len(days) <= 2:
        raise InvalidScalar(_not("a day", value, text), 'write for example "12-24", "12-24/12-31", or "15" for each month')
    if len(first) != len(last) or first > last:
        raise InvalidScalar(f"'{text}' ends before it begins", "write two ranges, one for each year")
    return "/".join(day for day in days if day is not None)


def _marked(text: str) -> str | None:
    """Return a day of every year or month as TALQ marks it, or None if there is no such day."""
    if _DAY.fullmatch(text) is None:
        return None
    try:
        found = date.fromisoformat(f"{_LEAP_YEAR}-{text if '-' in text else f'01-{text:0>2}'}")
    except ValueError:
        return None
    return f"--{found.month:02}-{found.day:02}" if "-" in text else f"---{found.day:02}"


def exact(value: Scalar, text: str) -> Decimal:
    """Read a decimal number exactly."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidScalar(_not("a number", value, text), "write for example 0.1")
    found = Decimal(value) if isinstance(value, int) else Decimal(text)
    # A fraction with a large exponent has as many digits.
    if abs(found.adjusted()) > _EXPONENT_MOST:
        raise InvalidScalar(f"'{text}' is out of range", f"write a number with an exponent from -{_EXPONENT_MOST} to {_EXPONENT_MOST}")
    return found


def unit(_value: Scalar, text: str) -> str:
    """Read a UCUM unit."""
    if text in KNOWN:
        return text
    raise InvalidScalar(f"'{text}' is not a known UCUM unit", unit_hints.hint(text))


def whole(value: Scalar, text: str, *, low: int, high: int) -> int:
    """Read a whole number in a range, decimal or hexadecimal."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidScalar(
            _not("a whole number", value, text),
            f"write a number from {low} to {high}, for example {low or 1} or 0x34",
        )
    if not low <= value <= high:
        raise InvalidScalar(f"{text} is out of range", f"write a number from {low} to {high}")
    return value


READERS: dict[str, Callable[..., Any]] = {
    "duration": duration,
    "delay": delay,
    "hex_bytes": hex_bytes,
    "size": size,
    "name": name,
    "identifier": identifier,
    "label": label,
    "title": title,
    "host_name": host_name,
    "host_port": host_port,
    "broker_url": broker_url,
    "http_url": http_url,
    "clock_time": clock_time,
    "minute_offset": minute_offset,
    "year_date": year_date,
    "day_range": day_range,
    "time_of_day": time_of_day,
    "time_zone": time_zone,
    "local_time": local_time,
    "exact": exact,
    "unit": unit,
    "whole": whole,
}
"""The readers by their name in `gateway.model.scalar_types`."""
