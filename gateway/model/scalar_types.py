"""What people write by hand: the shapes of scalars in site files and profiles, with what editors should know of them."""

from decimal import Decimal
from typing import Annotated, Any

import msgspec

WRITTEN = "x-written"
"""Where the JSON Schema of the text stands until `gateway.config.tree_to_struct.json_schema` puts it in the value's place."""


def _read_as(reader: str, schema: dict[str, Any], **limits: int) -> msgspec.Meta:
    """Say which reader of `gateway.config.scalar_readers` turns the text into the value, and what JSON Schema says of the text."""
    return msgspec.Meta(extra={"reader": reader, "limits": limits}, extra_json_schema={WRITTEN: schema})


_DURATION = {
    "type": ["string", "number"],
    "pattern": r"^[0-9]+(\.[0-9]+)?(ms|s|min|h|d)$",
    "examples": ["500ms", "10s", "15min"],
}
_SIZE = {"type": ["string", "integer"], "pattern": r"^[0-9]+(\.[0-9]+)?[KMG]iB$", "examples": ["64MiB", "2GiB"]}

Duration = Annotated[float, _read_as("duration", _DURATION)]
"""Seconds, written with a unit: 500ms, 10s, 15min, 1h, 1d."""

Delay = Annotated[float, _read_as("delay", _DURATION)]
"""Seconds as `Duration` has them, or 0."""

HexBytes = Annotated[bytes, _read_as("hex_bytes", {"type": "string", "pattern": "^([0-9A-Fa-f]{2} ?)+$", "examples": ["42 4D"]})]
"""Bytes as they stand on the wire, written in hexadecimal."""

Size = Annotated[int, _read_as("size", _SIZE)]
"""Bytes, written with a unit: 64MiB."""

Name = Annotated[str, _read_as("name", {"pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"})]
"""A name that becomes a level of an MQTT topic."""

Identifier = Annotated[str, _read_as("identifier", {"pattern": "^[a-z][a-z0-9_]*$"})]
"""A name in the product's own tables: profiles, points, measurements, fields, tags."""

HostPort = Annotated[str, _read_as("host_port", {"pattern": r"^.+:[0-9]{1,5}$", "examples": ["192.0.2.10:502"]})]
"""A host and a port."""

BrokerUrl = Annotated[str, _read_as("broker_url", {"pattern": "^mqtts?://", "examples": ["mqtts://broker.example:8883"]})]
"""Where a broker listens: mqtt:// (plain, loopback) or mqtts:// (TLS)."""

HttpUrl = Annotated[str, _read_as("http_url", {"pattern": "^https?://", "examples": ["http://127.0.0.1:8086"]})]
"""Where an HTTP server listens."""

Exact = Annotated[Decimal, _read_as("exact", {"type": "number"})]
"""A decimal number, kept exactly as written."""

Unit = Annotated[str, _read_as("unit", {"examples": ["V", "kW.h", "Cel", "%"]})]
"""A UCUM unit that `gateway.model.units` knows."""


def whole(low: int, high: int) -> msgspec.Meta:
    """Say that a number is a whole one from `low` to `high`, decimal or hexadecimal (0x34)."""
    return _read_as("whole", {"type": "integer", "minimum": low, "maximum": high}, low=low, high=high)
