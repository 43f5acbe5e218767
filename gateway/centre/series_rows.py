"""What the centre hands a store: readings with their names and values in their units."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from gateway.model.batch import Value
from gateway.model.stream import Stream
from gateway.model.topics import GatewayId


class Origin(NamedTuple):
    """Whose stream it is; `key` names it among all, so that a document that comes again names the same stream."""

    sender: GatewayId
    stream: Stream
    key: str


def origin(sender: GatewayId, stream: Stream) -> Origin:
    """Name a stream."""
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


class StoredRow(NamedTuple):
    """One reading on its way into a store: values in the order of its stream's fields, None where absent."""

    origin: Origin
    t_ms: int
    values: Sequence[Value]
