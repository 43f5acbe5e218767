"""The scalar types of site files and profiles: how people write them, and what their JSON Schema says."""

from decimal import Decimal
from typing import Annotated, Any

import msgspec

from gateway.model.topics import LEVEL, NAME

WRITTEN = "x-written"
"""The key under which `gateway.config.json_schema` finds the JSON Schema of the text, which replaces that of the value."""


def _read_as(reader: str, schema: dict[str, Any], **limits: int) -> msgspec.Meta:
    """Return metadata: the reader in `gateway.config.scalar_readers` that turns the text into the value, and the text's JSON Schema."""
    return msgspec.Meta(extra={"reader": reader, "limits": limits}, extra_json_schema={WRITTEN: schema})


def _read_each(reader: str, schema: dict[str, Any]) -> msgspec.Meta:
    """Return metadata: one value, or a list of values, which becomes a tuple."""
    written = schema | {"type": ["string", "array"], "items": {"type": "string"} | schema, "minItems": 1}
    return msgspec.Meta(extra={"reader": reader, "several": True}, extra_json_schema={WRITTEN: written})


_DURATION = {
    "type": ["string", "number"],
    "pattern": r"^[0-9]+(\.[0-9]+)?(ms|s|min|h|d)$",
    "examples": ["500ms", "10s", "15min"],
}
_SIZE = {"type": ["string", "integer"], "pattern": r"^[0-9]+(\.[0-9]+)?[KMG]iB$", "examples": ["64MiB", "2GiB"]}

Duration = Annotated[float, _read_as("duration", _DURATION)]
"""Seconds, written with a unit: 500ms, 10s, 15min, 1h, 1d."""

Delay = Annotated[float, _read_as("delay", _DURATION)]
"""Seconds, written as a `Duration`, or 0."""

HexBytes = Annotated[bytes, _read_as("hex_bytes", {"type": "string", "pattern": "^([0-9A-Fa-f]{2} ?)+$", "examples": ["42 4D"]})]
"""Bytes as they are sent, written in hexadecimal: 42 4D."""

Size = Annotated[int, _read_as("size", _SIZE)]
"""Bytes, written with a unit: 64MiB."""

Name = Annotated[str, _read_as("name", {"pattern": f"^{LEVEL}$"})]
"""A name that is used as a level of an MQTT topic."""

Identifier = Annotated[str, _read_as("identifier", {"pattern": f"^{NAME}$"})]
"""The name of a profile, point, measurement, field or tag."""

Label = Annotated[str, _read_as("label", {"type": ["string", "number", "boolean"]})]
"""The value of a tag."""

HostPort = Annotated[str, _read_as("host_port", {"pattern": r"^.+:[0-9]{1,5}$", "examples": ["192.0.2.10:502"]})]
"""A host and a port: 192.0.2.10:502."""

HostName = Annotated[str, _read_as("host_name", {"type": "string", "examples": ["street.example.org"]})]
"""The name of a host, without a port: street.example.org."""

_BROKER_URL = {"pattern": "^mqtts?://", "examples": ["mqtts://broker.example:8883"]}

BrokerUrls = Annotated[str | tuple[str, ...], _read_each("broker_url", _BROKER_URL)]
"""The URL of a broker: mqtt:// (plain, loopback only) or mqtts:// (TLS); or a list of URLs, one of each node of a cluster."""

HttpUrl = Annotated[str, _read_as("http_url", {"pattern": "^https?://", "examples": ["http://127.0.0.1:8086"]})]
"""The URL of an HTTP server."""

TimeZone = Annotated[str, _read_as("time_zone", {"type": "string", "examples": ["Europe/Rome"]})]
"""A time zone's name in the IANA database: Europe/Rome."""

LocalTime = Annotated[str, _read_as("local_time", {"type": "string", "pattern": "T[0-9]{2}:[0-9]{2}$", "examples": ["2026-12-01T08:00"]})]
"""A date and time in the time zone of the site: 2026-12-01T08:00."""


TimeOfDay = Annotated[int, _read_as("time_of_day", {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["23:30"]})]
"""Minutes after midnight, written as a time of the clock: 23:30."""

ClockTime = Annotated[
    str,
    _read_as(
        "clock_time", {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", "examples": ["23:30", "05:45:30"]}
    ),
]
"""A time of the clock to the second, 23:30 or 23:30:15, as text of the longer form."""

MinuteOffset = Annotated[
    int, _read_as("minute_offset", {"type": ["string", "number"], "pattern": "^-?[0-9]+(min|h)$", "examples": ["10min", "-15min"]})
]
"""Whole minutes, written with a unit and perhaps a sign: 10min, -15min, 1h."""

YearDate = Annotated[
    str, _read_as("year_date", {"type": "string", "pattern": "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$", "examples": ["12-26", "2027-03-28"]})
]
"""A day of one year, 2027-03-28, or of every year, 12-26, which becomes --12-26 as in TALQ."""

DayRange = Annotated[
    str,
    _read_as(
        "day_range",
        {"type": ["string", "integer"], "pattern": "^([0-9]{2}-)?[0-9]{1,2}(/([0-9]{2}-)?[0-9]{1,2})?$", "examples": ["12-24/12-31", "15"]},
    ),
]
"""A day of every year, 12-24, or of every month, 15, or days from one to another, 12-24/12-31, which become --12-24/--12-31 or ---15."""

Exact = Annotated[Decimal, _read_as("exact", {"type": "number"})]
"""A decimal number, exactly as written."""

Unit = Annotated[str, _read_as("unit", {"examples": ["V", "kW.h", "Cel", "%"]})]
"""A UCUM unit that `gateway.model.units` knows."""


def whole(low: int, high: int) -> msgspec.Meta:
    """Return metadata: a whole number from `low` to `high`, decimal or hexadecimal (0x34)."""
    return _read_as("whole", {"type": "integer", "minimum": low, "maximum": high}, low=low, high=high)


def says(description: str) -> msgspec.Meta:
    """Return metadata: what a key means, for editors and for docs/site.md."""
    return msgspec.Meta(description=description)
