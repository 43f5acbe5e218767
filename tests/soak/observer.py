"""How long each batch of the honest gateways waits for its receipt, seen from the broker."""

import threading
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
import paho.mqtt.client as paho
import zstandard

from gateway.model.messages import Receipt
from gateway.model.topics import GatewayId
from tests.hostile.client import Client
from tests.soak.trace import Number, TraceFile

OBSERVER = "observer"
RULES = f"\nuser {OBSERVER}\ntopic read #\ntopic read $SYS/#\n"
"""An addition to the shipped access rules."""

_SYSTEM = "$SYS/broker/"
_SESSIONS, _RETAINED, _MESSAGES = "clients/disconnected", "retained messages/count", "store/messages/count"
EVERY_S = 10.0
"""How often mosquitto publishes what it holds (mosquitto.conf(5), sys_interval)."""


class Wait(NamedTuple):
    """A batch of a gateway, by epoch and number: from its first reading to its receipt."""

    gateway: GatewayId
    from_ms: int
    to_ms: int
    epoch: str = ""
    seq: int = 0

    @property
    def number(self) -> Number:
        """The batch, as traces name it."""
        return Number(self.gateway.operator, self.epoch, self.seq)

    @property
    def seconds(self) -> float:
        """How long it waited."""
        return (self.to_ms - self.from_ms) / 1000


class Disturbance(NamedTuple):
    """A fault that delays the batches of a gateway, or of all: from its begin until it has no effect any more."""

    gateway: GatewayId | None
    from_ms: int
    to_ms: int


class Attacked(NamedTuple):
    """An attack, and from when to when it went on."""

    name: str
    from_ms: int
    to_ms: int


def during(wait: Wait, attacks: Iterable[Attacked]) -> list[str]:
    """Return the attacks that went on while a batch waited."""
    return under_way(wait.from_ms, wait.to_ms, attacks)


def under_way(from_ms: int, to_ms: int, attacks: Iterable[Attacked]) -> list[str]:
    """Return the attacks that went on within a time."""
    return [one.name for one in attacks if one.from_ms <= to_ms and from_ms <= one.to_ms]


def by_attack(waits: Iterable[Wait], attacks: Iterable[Attacked]) -> dict[str, float]:
    """Return the greatest wait in seconds during each attack, the longest first."""
    known, found = list(attacks), dict[str, float]()
    for wait in waits:
        for name in during(wait, known):
            found[name] = max(found.get(name, 0.0), wait.seconds)
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def undisturbed(waits: Iterable[Wait], disturbances: Iterable[Disturbance]) -> list[Wait]:
    """Return the waits that no fault explains."""
    known = list(disturbances)
    return [
        wait
        for wait in waits
        if not any(one.gateway in (None, wait.gateway) and one.from_ms <= wait.to_ms and wait.from_ms <= one.to_ms for one in known)
    ]


class BrokerHolds(NamedTuple):
    """What a broker holds: messages, those of them that are retained, and sessions of clients that are not connected."""

    messages: int
    retained: int
    sessions: int


class Observer(Client):
    """Reads what gateways send and receive, and what the broker says about itself. It subscribes whenever it connects, as the broker is killed now and then."""

    def __init__(self, port: int, gateways: Iterable[GatewayId], trace: TraceFile) -> None:
        self._trace = trace
        self._topics = {one.topic(channel): (one, channel) for one in gateways for channel in ("data", "receipt")}
        self._waiting: dict[tuple[GatewayId, str, int], int] = {}
        self._waits: list[Wait] = []
        self._system: dict[str, int] = {}
        self._lock = threading.Lock()
        super().__init__(port, OBSERVER, on_message=self._observed)
        self.paho.reconnect_delay_set(1, 1)

    def _connected(self, client: paho.Client, data: object, flags: object, reason: Any, properties: object) -> None:
        super()._connected(client, data, flags, reason, properties)
        system = (_SYSTEM + one for one in (_SESSIONS, _RETAINED, _MESSAGES))
        client.subscribe([(topic, 1) for topic in (*self._topics, *system)])

    def _observed(self, topic: str, payload: bytes) -> None:
        if topic.startswith(_SYSTEM):
            self._system[topic.removeprefix(_SYSTEM)] = int(payload)
            return
        gateway, channel = self._topics[topic]
        with self._lock:
            if channel == "receipt":
                self._settle(gateway, msgspec.json.decode(payload, type=Receipt))
            elif payload:
                _, epoch, seq, _, t0_ms, *_ = msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(payload))
                self._waiting.setdefault((gateway, epoch.hex(), seq), t0_ms)
                self._trace.note("delivered", [Number(gateway.operator, epoch.hex(), seq)])

    def _settle(self, gateway: GatewayId, receipt: Receipt) -> None:
        now_ms = time.time_ns() // 1_000_000
        for first, last in receipt.stored:
            for seq in range(first, last + 1):
                from_ms = self._waiting.pop((gateway, receipt.epoch, seq), None)
                if from_ms is not None:
                    self._waits.append(Wait(gateway, from_ms, now_ms, receipt.epoch, seq))
            self._trace.note("receipt delivered", [Number(gateway.operator, receipt.epoch, seq) for seq in range(first, last + 1)])

    def broker_holds(self) -> BrokerHolds:
        """Return what the broker held a few seconds ago."""
        return BrokerHolds(*(self._system.get(one, 0) for one in (_MESSAGES, _RETAINED, _SESSIONS)))

    def waits(self) -> list[Wait]:
        """Return how long each batch waited that has its receipt."""
        with self._lock:
            return list(self._waits)
