"""One simulated gateway: wandering meters, batches that wait for their receipts, a connection. No devices, no disk."""

import random
from collections.abc import Callable

import msgspec

from gateway.host.clock import now_ms
from gateway.model import batch, topics
from gateway.model.batch import Clock, Flag
from gateway.model.messages import Ask, GatewayState, Receipt, WorkerState
from gateway.model.topics import GatewayId
from gateway.simulate.fleet.client import FleetClient
from gateway.simulate.fleet.meters import WanderingMeters
from gateway.simulate.fleet.outbox import Outbox
from gateway.simulate.fleet.plan import FleetPlan, FleetReport, ServedBatch
from gateway.uplink.workers import CentreWorkers, WorkerChange

_SAMPLES = 5000
"""Latencies stored between two reports: enough for a 99th percentile."""

_receipt, _ask, _worker = msgspec.json.Decoder(Receipt), msgspec.json.Decoder(Ask), msgspec.json.Decoder(WorkerState)
_state = msgspec.json.Decoder(GatewayState)


class FleetGateway:
    """A gateway that sends real batches by the rules of a real one.

    Args:
        plan: What the fleet does.
        number: The gateway's number in the fleet, from which its name, its values and its chance follow.
        report: Where it counts, together with the other gateways of the process.
        seconds: A monotonic clock.
        served: Called with what was read for each batch.
    """

    def __init__(
        self,
        plan: FleetPlan,
        number: int,
        report: FleetReport,
        seconds: Callable[[], float],
        served: Callable[[ServedBatch], None] | None = None,
    ) -> None:
        chance = random.Random(number)  # noqa: S311 — a simulation
        self._me = GatewayId(plan.site, f"operator-{number % 10}", f"sim-{number:05d}")
        self._report, self._seconds, self._served = report, seconds, served
        self._meters = WanderingMeters(self._me, plan.points, chance, now_ms())
        self._outbox = Outbox(chance.randbytes(8))
        self._workers = CentreWorkers()
        self._shown_offline = False
        self.flush_due_s = chance.uniform(0, plan.flush_s)
        will = self._me.topic("state"), msgspec.json.encode(GatewayState("offline"))
        self.client = FleetClient(plan, f"{plan.site}-{self._me.operator}-{self._me.gateway}", will, self._connected, self._received)

    @property
    def unconfirmed(self) -> int:
        """Batches without a receipt."""
        return len(self._outbox)

    def flush(self) -> None:
        """Make a batch of the readings since the last one, and send it."""
        readings = self._meters.read(now_ms())
        if readings is None:
            return
        body = batch.encode(
            epoch=self._outbox.epoch,
            seq=self._outbox.next_seq,
            schema=self._meters.document_hash,
            t0_ms=readings.t0_ms,
            clock=Clock.SYNCED,
            flags=Flag(0),
            floor_ms=readings.t0_ms,
            rows=batch.encode_rows(readings.rows),
        )
        self._outbox.add(body, readings.points, self._seconds())
        self._report.batches += 1
        self._report.points += readings.points
        if self._served is not None:
            rows = [(meter, readings.t0_ms + offset_ms, values) for meter, offset_ms, values, _ in readings.rows]
            self._served(ServedBatch(self._me.gateway, self._meters.assets, self._meters.fields, rows))
        self.send()

    def upkeep(self) -> None:
        """Do what is due about once a second: pings, what is to be sent again, and the state if others hear that the gateway is offline."""
        self.client.keep_alive()
        if self._shown_offline:
            self._publish_state()
        self.send()

    def send(self) -> None:
        """Send what is to be sent now, while the broker is connected and a worker of the centre is online."""
        if not (self.client.connected and self._workers):
            return
        for waiting in self._outbox.outgoing(self._seconds()):
            self._report.resent += waiting.times_sent > 1
            self.client.publish(self._me.topic("data"), waiting.body)

    def _connected(self) -> None:
        self._workers.disconnected()
        self._outbox.forget_sent()
        self._outbox.start_over(self._seconds())
        own = [self._me.topic(channel) for channel in ("state", "receipt", "ask")]
        self.client.subscribe(*own, topics.every_worker(self._me.site))
        self._publish_state()
        self._publish_schema()

    def _publish_state(self) -> None:
        state = GatewayState("online", self._outbox.epoch.hex(), version="simulated")
        self.client.publish(self._me.topic("state"), msgspec.json.encode(state), retain=True)

    def _publish_schema(self) -> None:
        self.client.publish(self._me.schema_topic(self._meters.document_hash), self._meters.document, retain=True)

    def _received(self, topic: str, payload: bytes) -> None:
        worker = topics.parse_worker(topic)
        if worker is not None:
            self._update_worker(worker, _worker.decode(payload) if payload else WorkerState("offline"))
        elif topic == self._me.topic("receipt"):
            self._settle(_receipt.decode(payload))
        elif topic == self._me.topic("state"):
            self._shown_offline = bool(payload) and _state.decode(payload).state == "offline"
        elif topic == self._me.topic("ask") and _ask.decode(payload).schema is not None:
            self._publish_schema()

    def _update_worker(self, worker: str, state: WorkerState) -> None:
        """Send again when a worker comes online; one that has started anew does not know what its predecessor received."""
        change = self._workers.update(worker, state)
        if change is WorkerChange.NOTHING:
            return
        if change is WorkerChange.STARTED:
            self._outbox.forget_sent()
        self._outbox.start_over(self._seconds())
        self.send()

    def _settle(self, receipt: Receipt) -> None:
        now_s = self._seconds()
        settled = self._outbox.settle(receipt, now_s)
        self._report.confirmed += len(settled.stored)
        self._report.confirmed_points += sum(one.points for one in settled.stored)
        self._report.rejected += settled.rejected
        room = _SAMPLES - len(self._report.latencies_s)
        self._report.latencies_s += [now_s - one.made_s for one in settled.stored[:room]]
        self.send()
