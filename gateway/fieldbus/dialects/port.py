"""The port of serial dialects: queries out, messages in. Implementations do no I/O."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.codec.checksums import CHECKSUMS
from gateway.fieldbus.codec.value_rules import Raw
from gateway.model.profile import EachChannel
from gateway.model.quality import Quality


class DialectMessage(NamedTuple):
    """The content of one message: raw values by slot, and the reasons why other slots of the message have none."""

    values: dict[int, Raw]
    bad: dict[int, Quality]


class Query(NamedTuple):
    """The bytes of a query, and the channel that it is about if the response does not name it."""

    data: bytes
    channel: int = 0


class Dialect(Protocol):
    """The protocol of one device on its line."""

    setup: Sequence[bytes]
    """Commands sent whenever the line opens, and again after the device was silent."""

    queries: Sequence[Query]
    """The queries of one reading; empty for a device that sends unasked."""

    @property
    def rejected(self) -> int:
        """The number of messages discarded for a wrong checksum or form."""
        ...

    def expect(self, query: Query) -> None:
        """Expect the response to a query: messages up to the next query belong to it."""
        ...

    def feed(self, data: bytes) -> list[DialectMessage]:
        """Add received bytes; return the messages that they complete."""
        ...


def channel_queries(each: EachChannel, device: BoundDevice, encode: Callable[[str], bytes]) -> list[Query]:
    """Return a query for every channel that the device's slots need."""
    queries = []
    for channel in sorted({slot.channel for slot in device.slots}):
        data = encode(each.ask.replace("??", f"{each.first + each.step * channel:02X}"))
        if each.check is not None:
            checksum = CHECKSUMS[each.check]
            data += checksum.of(data).to_bytes(checksum.size, "big")
        queries.append(Query(data, channel))
    return queries
