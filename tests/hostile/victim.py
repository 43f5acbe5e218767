"""An honest gateway of another operator: it counts, sends a batch twice a second, and measures how long each waits for its receipt."""

import threading
import time
from pathlib import Path

import msgspec

from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import Span
from gateway.model.messages import CityMessage, Receipt, WorkerState
from gateway.model.site.store import StoreSettings
from gateway.model.topics import GatewayId, city, every_worker
from tests.hostile.broker import CENTRE_USER, Ports, user_of
from tests.hostile.client import Client
from tests.hostile.messages import batch, document_of, field, name_of, stream

VICTIM = GatewayId("prato", "citelum", "gw-0042")
ASSET, DEVICE, MEASUREMENT, FIELD = "ic-09", "radar-1", "traffic", "vehicle_count_total"
_RESEND_S, _OVERTAKEN_S = 30.0, 2.0
"""When to send again what has no receipt: the oldest, and what was sent before something that has one. Each time later."""
_EVERY_S = 0.5


class _Sent(msgspec.Struct):
    body: bytes
    number: int
    t_ms: int
    first_s: float
    last_s: float
    confirmed_s: float | None = None
    times: int = 1


class Victim:
    """Sends by the rules of the protocol. Number n is the value of batch n."""

    def __init__(self, ports: Ports) -> None:
        self._document = document_of([stream(ASSET, DEVICE, MEASUREMENT, [field(FIELD, "int", "{count}")])])
        self._schema = name_of(self._document)
        self._epoch, self._sent, self._starts = b"victim.8", dict[int, _Sent](), dict[str, str | None]()
        self._lock, self._ended, self._closed = threading.RLock(), threading.Event(), threading.Event()
        self.forged = 0
        self.city_number, self.city_delay_s = 0, 0.0
        self._client = Client(ports.gateways, user_of(VICTIM), on_message=self._received).ready()
        self._client.subscribe(VICTIM.topic("receipt"), VICTIM.topic("ask"), every_worker(VICTIM.site))
        self._reader = Client(ports.centre, CENTRE_USER, "reads-the-city", on_message=self._shown).ready()
        self._reader.subscribe(city(VICTIM.site, VICTIM.operator, MEASUREMENT, ASSET))
        self._client.publish(VICTIM.schema_topic(self._schema), self._document, retain=True)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._closed.wait(_EVERY_S):
            with self._lock:
                if not self._ended.is_set():
                    self._send_next()
                self._resend()

    def _send_next(self) -> None:
        number, t_ms, now_s = len(self._sent) + 1, time.time_ns() // 1_000_000, time.monotonic()
        body = batch(self._schema, [[0, 0, [number]]], epoch=self._epoch, seq=number, t0_ms=t_ms)
        self._sent[number] = one = _Sent(body, number, t_ms, now_s, now_s)
        self._client.post(VICTIM.topic("data"), one.body)

    def _resend(self) -> None:
        now_s = time.monotonic()
        newest = max((one.number for one in self._sent.values() if one.confirmed_s is not None), default=0)
        for one in self._sent.values():
            after_s = _OVERTAKEN_S if one.number < newest else _RESEND_S
            if one.confirmed_s is None and now_s - one.last_s > after_s * 2 ** (one.times - 1):
                self._send_again(one)

    def _send_again(self, one: _Sent) -> None:
        one.last_s, one.times = time.monotonic(), one.times + 1
        self._client.post(VICTIM.topic("data"), one.body)

    def _received(self, topic: str, payload: bytes) -> None:
        with self._lock:
            if topic == VICTIM.topic("receipt"):
                self._settle(msgspec.json.decode(payload, type=Receipt))
            elif topic == VICTIM.topic("ask"):
                self._client.post(VICTIM.schema_topic(self._schema), self._document, retain=True)
            else:
                self._worker(topic, msgspec.json.decode(payload, type=WorkerState) if payload else WorkerState("offline"))

    def _settle(self, receipt: Receipt) -> None:
        now_s = time.monotonic()
        for first, last in receipt.stored:
            for seq in range(first, min(last, first + 1000) + 1):
                one = self._sent.get(seq)
                if one is None or receipt.epoch != self._epoch.hex():
                    self.forged += 1
                elif one.confirmed_s is None:
                    one.confirmed_s = now_s
        for refusal in receipt.retry:
            one = self._sent.get(refusal.seq)
            if one is not None and one.confirmed_s is None:
                threading.Timer(1.0, self._send_again, (one,)).start()

    def _worker(self, worker: str, state: WorkerState) -> None:
        if state.state == "online" and self._starts.get(worker) != state.start:
            self._starts[worker] = state.start
            for one in self._sent.values():
                if one.confirmed_s is None:
                    self._send_again(one)

    def _shown(self, _topic: str, payload: bytes) -> None:
        message = msgspec.json.decode(payload, type=CityMessage)
        number = message.readings[0].values[FIELD].value
        with self._lock:
            if isinstance(number, int) and number in self._sent:
                self.city_number = number
                self.city_delay_s = max(self.city_delay_s, time.monotonic() - self._sent[number].first_s)

    def send_junk(self) -> None:
        """Send a message that becomes a dead letter."""
        self._client.publish(VICTIM.topic("data"), b"no batch")

    @property
    def confirmed(self) -> int:
        """The number of confirmed batches."""
        with self._lock:
            return sum(one.confirmed_s is not None for one in self._sent.values())

    @property
    def settled(self) -> bool:
        """Whether everything is confirmed and on the city plane."""
        return self.confirmed == len(self._sent) == self.city_number

    def begin(self) -> None:
        """Forget the delays so far: the attack begins now."""
        with self._lock:
            for one in self._sent.values():
                if one.confirmed_s is not None:
                    one.first_s = one.confirmed_s
            self.city_delay_s = 0.0

    def end(self, within_s: float) -> float:
        """Stop to count, wait for all receipts and for the last value on the city plane, and return the greatest delay."""
        with self._lock:
            self._ended.set()
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s and not self.settled:
            time.sleep(0.05)
        now_s = time.monotonic()
        with self._lock:
            city_s = self.city_delay_s
            if self.city_number < len(self._sent):
                city_s = max(city_s, now_s - self._sent[self.city_number + 1].first_s)
            return max(city_s, *((one.confirmed_s or now_s) - one.first_s for one in self._sent.values()))

    def lost(self, settings: StoreSettings, within_s: float = 5.0) -> int:
        """Return how many numbers are not stored as they were sent."""
        until_s = time.monotonic() + within_s
        while True:
            lost = self._differing(settings)
            if not lost or time.monotonic() > until_s:
                return lost
            time.sleep(0.2)

    def _differing(self, settings: StoreSettings) -> int:
        reader = open_reader(settings)
        where = {"operator": VICTIM.operator, "asset": ASSET, "device": DEVICE}
        span = Span(min((one.t_ms for one in self._sent.values()), default=0), time.time_ns() // 1_000_000 + 60_000)
        stored = {point.t_ms: point.values[0] for series in reader.select(MEASUREMENT, [FIELD], where, span) for point in series.points}
        reader.close()
        return sum(stored.get(one.t_ms) != one.number for one in self._sent.values())

    def close(self) -> None:
        """Disconnect."""
        self._closed.set()
        self._thread.join()
        self._client.close()
        self._reader.close()


def store_settings(folder: Path, influx: str | None) -> dict[str, object]:
    """Return the site file's `store` for an InfluxDB at a URL, or else for a history in a folder."""
    return {"influx": {"url": influx, "database": "street"}} if influx else {"history": {"path": str(folder / "history.sqlite")}}
