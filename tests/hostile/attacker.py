"""A gateway whose user was stolen: it may do what the broker's rules allow it. Runs as a process of its own: `python -m tests.hostile.attacker`."""

import contextlib
import random
import sys
import time
from collections.abc import Iterator, Sequence

import msgspec

from gateway.model.topics import GatewayId
from tests.hostile.broker import Ports, user_of
from tests.hostile.client import Client
from tests.hostile.messages import Json, batch, document_of, name_of, packed

ATTACKER = GatewayId("prato", "evil", "gw-1")


class Target(msgspec.Struct):
    """What an attack is aimed at, and for how long."""

    attack: str
    ports: Ports
    seed: int
    seconds: float


class Attacker:
    """What the attacks on the centre use."""

    def __init__(self, target: Target) -> None:
        self.ports, self.chance = target.ports, random.Random(target.seed)
        self._until_s = time.monotonic() + target.seconds
        self._seq = 0
        self._epoch = self.chance.randbytes(8)
        self.client = Client(target.ports.gateways, user_of(ATTACKER), on_message=lambda _topic, _payload: None).ready()

    @property
    def goes_on(self) -> bool:
        """Whether the attack's time is not over."""
        return time.monotonic() < self._until_s

    @contextlib.contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Let an attack end after a while."""
        until_s = self._until_s
        self._until_s = min(until_s, time.monotonic() + seconds)
        yield
        self._until_s = until_s

    def document(self, streams: Sequence[Json]) -> bytes:
        """Publish a schema document and return its name."""
        return self.raw_document(document_of(streams))

    def raw_document(self, document: bytes, *, pack: bool = True) -> bytes:
        """Publish bytes as a schema document, and return their name."""
        name = name_of(document)
        self.client.send(ATTACKER.schema_topic(name), packed(document) if pack and len(document) > 4096 else document, retain=True)
        return name

    def rows(self, schema: bytes, rows: object, **more: int) -> None:
        """Send a batch; a list of rows, or their msgpack."""
        self._seq += 1
        self.data(batch(schema, rows, epoch=self._epoch, seq=self._seq, **more))

    def data(self, body: bytes, *, retain: bool = False) -> None:
        """Send bytes as a batch."""
        self.client.send(ATTACKER.topic("data"), body, retain=retain)

    def new_epoch(self) -> None:
        """Begin a new epoch."""
        self._epoch = self.chance.randbytes(8)


def main() -> None:
    from tests.hostile.catalogue import AT_CENTRE

    target = msgspec.json.decode(sys.argv[1], type=Target)
    attacker = Attacker(target)
    AT_CENTRE[target.attack].run(attacker)
    attacker.client.close()


if __name__ == "__main__":
    main()
