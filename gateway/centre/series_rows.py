"""Readings as every store receives them: the series they belong to, and values in their units. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from gateway.model.batch import Value
from gateway.model.stream import Stream
from gateway.model.topics import GatewayId


class Origin(NamedTuple):
    """A stream and its gateway; `key` is the same whenever the same stream is described again."""

    sender: GatewayId
    stream: Stream
    key: str


def origin(sender: GatewayId, stream: Stream) -> Origin:
    """Return a gateway's stream with its key."""
    fields = [field.name for field in stream.fields]
    parts = [
        *sender,
        stream.device,
        stream.measurement,
        stream.asset,
        stream.profile,
        sorted(stream.tags.items()),
        fields,
    ]
    return Origin(sender, stream, msgspec.json.encode(parts).decode())


def tags_of(origin: Origin) -> dict[str, str]:
    """Return the tags of a stream's series: operator, asset, gateway, device, profile, and the stream's own."""
    sender, stream, _ = origin
    common = {
        "operator": sender.operator,
        "asset": stream.asset,
        "gateway": sender.gateway,
        "device": stream.device,
        "profile": stream.profile,
    }
    return stream.tags | common


class StoredRow(NamedTuple):
    """One reading in its units: values in the order of its stream's fields, None if absent."""

    origin: Origin
    t_ms: int
    values: Sequence[Value]
