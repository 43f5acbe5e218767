"""The largest messages: schema documents of nearly 4 MiB that are not compressed, and the batches that need them."""

import random
import string
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from gateway.centre.schemas import DOCUMENT_LIMIT_BYTES
from gateway.model import batch
from gateway.model.batch import Clock, Flag
from gateway.model.messages import Receipt
from gateway.model.stream import MOST_NAME_CHARACTERS, Place, Schema, Stream, canonical_fields, hash_of
from gateway.model.topics import GatewayId
from tests.cluster.comparison import Rows
from tests.cluster.probe import Probe
from tests.hostile.broker import CENTRE_USER, user_of

_FIELD = "voltage_l1"
_STORED_S = 60.0


class LargestMessages:
    """A gateway with a document as large as the centre accepts, and one value of each of its streams."""

    def __init__(self, me: GatewayId, t0_ms: int) -> None:
        self.me, self._t0_ms, self._chance = me, t0_ms, random.Random(me.gateway)
        self._streams: list[Stream] = []
        room = DOCUMENT_LIMIT_BYTES - len(Schema(()).document())
        while (size := len(msgspec.json.encode(one := self._stream())) + 1) <= room:
            self._streams.append(one)
            room -= size
        self.document = Schema(tuple(self._streams)).document()
        self._values = [round(self._chance.uniform(220, 240), 2) for _ in self._streams]

    @property
    def served(self) -> Rows:
        """The values, as they must be stored."""
        return {
            (self.me.gateway, stream.asset, self._t0_ms): {_FIELD: value} for stream, value in zip(self._streams, self._values, strict=True)
        }

    def send(self, url: str, ca: Path) -> float:
        """Publish the document and the batch at one node; return the seconds until the receipt, `inf` if there is none in time."""
        client, began_s = Probe(url, user_of(self.me), user_of(self.me), ca=ca), time.monotonic()
        client.subscribe(self.me.topic("receipt"), self.me.topic("ask"))
        seen = 0
        while time.monotonic() < began_s + _STORED_S:
            client.publish(self.me.schema_topic(hash_of(self.document)), self.document, retain=True)
            client.publish(self.me.topic("data"), self._batch())
            client.wait(lambda seen=seen: len(client.received) > seen, _STORED_S)  # type: ignore[misc]
            if any(_is_stored(one.payload) for one in client.received):
                client.close()
                return time.monotonic() - began_s
            seen = len(client.received)
        client.close()
        return float("inf")

    def retained_at(self, urls: Sequence[str]) -> Iterator[bool]:
        """Yield whether each node retains the document as it was published."""
        for url in urls:
            client = Probe(url, CENTRE_USER, "retained-document")
            client.subscribe(self.me.schema_topic(hash_of(self.document)))
            yield client.wait(lambda: bool(client.received)) and client.received[0].payload == self.document  # noqa: B023 — called at once
            client.close()

    def _stream(self) -> Stream:
        number = len(self._streams)
        name = "".join(self._chance.choices(string.ascii_letters, k=MOST_NAME_CHARACTERS))
        return Stream(
            f"qe-{number}", f"d-{number}", "simulated", "lighting_meter", canonical_fields("lighting_meter", _FIELD), 1.0, place=Place(name)
        )

    def _batch(self) -> bytes:
        rows = batch.encode_rows([(number, 0, [value], None) for number, value in enumerate(self._values)])
        return batch.encode(
            epoch=b"largest.", seq=0, schema=hash_of(self.document), t0_ms=self._t0_ms, clock=Clock.SYNCED, flags=Flag(0),
            floor_ms=self._t0_ms, rows=rows,
        )  # fmt: skip


def _is_stored(payload: bytes) -> bool:
    try:
        return bool(msgspec.json.decode(payload, type=Receipt).stored)
    except msgspec.ValidationError:
        return False  # it asks for the document
