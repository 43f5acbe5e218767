"""From MQTT messages to batches in the store's form, and to replies about messages that can't become one. Pure: no MQTT, no I/O."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, Protocol

import msgspec

from gateway.centre.dead_letters import NewLetter
from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.ingest.receipts import Receipts
from gateway.centre.schemas import Schemas, SchemaStreams
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.port import Prepared, UnfitRow
from gateway.model import topics
from gateway.model.batch import UNPACKED_LIMIT_BYTES, Batch, BatchError, BatchRow, Unpacker, rows_of
from gateway.model.messages import Ask
from gateway.model.topics import GatewayId

UNKNOWN_SCHEMA = "unknown-schema"
"""The reason in a receipt that asks for a batch again, after its schema document."""

EXPANDED_LIMIT_BYTES = 16 << 20
"""What a batch may take in the store's form: every row repeats the tags of its stream."""

ROUND_LIMIT_BYTES = 3 << 20
"""What the batches of one write may take in the store's form; one more may be begun."""

_LETTER_BYTES = UNPACKED_LIMIT_BYTES + (64 << 10)
"""No batch is larger; of a larger message the beginning is enough."""

Prepare = Callable[[Batch, Sequence[BatchRow], SchemaStreams, StoredRow], tuple[Prepared, list[UnfitRow]]]
"""Brings a batch, and one row of the centre's own, into a store's form."""


class DataMessage(Protocol):
    """A message on a gateway's data topic. The topic alone says who sent it."""

    @property
    def topic(self) -> str:
        """The topic of the message."""
        ...

    @property
    def payload(self) -> bytes:
        """The batch as it was sent."""
        ...


class PreparedBatch(msgspec.Struct, Generic[Prepared], frozen=True):
    """A batch ready to be stored: its message, its number of readings, itself in the store's form, and the rows that don't fit."""

    message: DataMessage
    sender: GatewayId
    batch: Batch
    readings: int
    prepared: Prepared
    unfit: list[UnfitRow]


class WithdrawnBatch(NamedTuple):
    """A batch whose rows, of which only series and times matter, were stored with wrong times and have to be deleted."""

    sender: GatewayId
    batch: Batch
    rows: list[StoredRow]


class DecodedMessages(Generic[Prepared]):
    """The result of decoding: batches to store, batches to delete, and replies about other messages."""

    def __init__(self) -> None:
        self.batches: list[PreparedBatch[Prepared]] = []
        self.withdrawn: list[WithdrawnBatch] = []
        self.receipts = Receipts()
        self.letters: list[NewLetter] = []
        self.asks: list[tuple[GatewayId, Ask]] = []
        self.unreadable = 0
        self.expanded_bytes = 0


class BatchDecoder(Generic[Prepared]):
    """Decodes messages with the schema documents it was given.

    A batch with an unknown schema is asked for again, with its document. One that can't be decoded becomes a dead letter, and is
    rejected if its number is known.
    """

    def __init__(self, prepare: Prepare[Prepared], schemas: Schemas | None = None) -> None:
        self.schemas = schemas or Schemas()
        self._prepare, self._unpacker = prepare, Unpacker()

    def decode(self, messages: Iterable[DataMessage], now_ms: int) -> DecodedMessages[Prepared]:
        """Decode messages, until they would make too large a write; the rest is not taken.

        Each batch is prepared before the next is decoded: the rows of a whole round do not fit into the processor's caches.
        """
        found = DecodedMessages[Prepared]()
        for message in messages:
            topic = topics.parse_gateway(message.topic)
            if topic is not None:
                self._decode(message, topic.sender, found, now_ms)
            if found.expanded_bytes >= ROUND_LIMIT_BYTES:
                break
        return found

    def _decode(self, message: DataMessage, sender: GatewayId, found: DecodedMessages[Prepared], now_ms: int) -> None:
        """Decode one message. Whatever goes wrong is a matter of this message alone."""
        batch = None
        try:
            batch = self._unpacker.unpack(message.payload)
            self._add(message, sender, batch, found, now_ms)
        except Exception as error:  # noqa: BLE001 — the last resort: no message, whatever is in it, stops the messages of others
            reason = str(error) if isinstance(error, BatchError) else f"can't be processed: {error!r:.200}"
            found.letters.append(NewLetter("message", message.topic, reason, message.payload[:_LETTER_BYTES]))
            if batch is None:
                found.unreadable += 1
            else:
                found.receipts.add_rejected(sender, batch, reason)

    def _add(self, message: DataMessage, sender: GatewayId, batch: Batch, found: DecodedMessages[Prepared], now_ms: int) -> None:
        """Add a batch in the store's form, or ask for its schema document.

        Raises:
            BatchError: It can't be stored.
        """
        document = self.schemas.get(sender, batch.schema, now_ms / 1000)
        if document is None:
            found.receipts.add_retry(sender, batch, UNKNOWN_SCHEMA)
            found.asks.append((sender, Ask(schema=batch.schema.hex())))
            return
        if isinstance(document, str):
            raise BatchError(document)
        rows = rows_of(batch)
        if len(rows) * document.widest > EXPANDED_LIMIT_BYTES and (size := document.expanded_bytes(rows)) > EXPANDED_LIMIT_BYTES:
            raise BatchError(f"the batch would take {size} bytes in the store's form; the limit is {EXPANDED_LIMIT_BYTES}")
        found.expanded_bytes += len(rows) * document.widest
        own = uplink_row(sender, batch, len(rows), now_ms)
        if batch.withdrawn:
            stored = [one._replace(values=()) for one in document.stored_rows(batch, rows, [])]
            found.withdrawn.append(WithdrawnBatch(sender, batch, [*stored, own]))
        else:
            found.batches.append(PreparedBatch(message, sender, batch, len(rows), *self._prepare(batch, rows, document, own)))
