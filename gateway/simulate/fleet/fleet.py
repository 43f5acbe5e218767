"""A fleet of simulated gateways: real batches over real MQTT, by the uplink's own rules of what is sent again when. No devices, no disk.

`python -m gateway.simulate.fleet PLAN` runs the part of a fleet that PLAN (JSON, `FleetPlan`) describes, and prints a line of JSON
(`FleetReport`) every second.
"""

import asyncio
import random
import resource
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from gateway.host.clock import now_ms
from gateway.journal.entries import BatchNumber
from gateway.model import batch, topics
from gateway.model.batch import Clock, Flag
from gateway.model.canonical import MEASUREMENTS, FieldType
from gateway.model.messages import Ask, GatewayState, Receipt, WorkerState
from gateway.model.stream import Schema, Stream, StreamField, hash_of
from gateway.model.topics import GatewayId
from gateway.simulate.fleet.client import FleetClient
from gateway.simulate.fleet.plan import FleetPlan, FleetReport
from gateway.uplink.session import LIVE_S
from gateway.uplink.window import SendWindow

_TICK_S = 0.1
_FIELDS = tuple(
    StreamField(name, field.type, field.unit) for name, field in MEASUREMENTS["lighting_meter"].items() if field.type is FieldType.FLOAT
)
_SAMPLES = 5000
"""Latencies kept between two reports: enough for a 99th percentile."""

_receipt, _ask, _worker = msgspec.json.Decoder(Receipt), msgspec.json.Decoder(Ask), msgspec.json.Decoder(WorkerState)


class FleetCounts:
    """What the gateways of a process count together."""

    def __init__(self) -> None:
        self.report = FleetReport(passed_s=0.0, connected=0)

    def confirmed(self, points: int, latency_s: float) -> None:
        """Count a batch that has its receipt."""
        self.report.confirmed += 1
        self.report.confirmed_points += points
        if len(self.report.latencies_s) < _SAMPLES:
            self.report.latencies_s.append(latency_s)


class _Waiting(msgspec.Struct):
    """A batch without receipt: its bytes, its points, when it was made."""

    body: bytes
    points: int
    made_s: float
    sent: bool = False


class FleetGateway:
    """One gateway: meters that wander, a memory of what waits, a connection."""

    def __init__(self, plan: FleetPlan, number: int, tally: FleetCounts, seconds: Callable[[], float]) -> None:
        self._plan, self._tally, self._seconds = plan, tally, seconds
        self._me = GatewayId(plan.site, f"operator-{number % 10}", f"sim-{number:05d}")
        self._chance = random.Random(number)  # noqa: S311 — a simulation
        self._streams = _streams(self._me, plan.points)
        self._document = Schema(self._streams).document()
        self._values = [[self._chance.uniform(200, 250) for _ in stream.fields] for stream in self._streams]
        self._epoch, self._seq = self._chance.randbytes(8), 0
        self._waiting: OrderedDict[int, _Waiting] = OrderedDict()
        self._window, self._next, self._late, self._late_end = SendWindow(), 0, 0, 0
        self._workers: set[str] = set()
        self._starts: dict[str, str] = {}
        self.flush_due_s = self._chance.uniform(0, plan.flush_s)
        self._read_until_ms = now_ms()
        will = self._me.topic("state"), msgspec.json.encode(GatewayState("offline"))
        self.client = FleetClient(plan, f"{plan.site}-{self._me.operator}-{self._me.gateway}", will, self._connected, self._received)

    @property
    def unconfirmed(self) -> int:
        """How many batches wait for their receipt."""
        return len(self._waiting)

    def flush(self) -> None:
        """Make a batch of what was read since the last, one reading of each meter a second."""
        t0_ms, until_ms = self._read_until_ms, now_ms()
        rows = []
        for t_ms in range(t0_ms, until_ms, 1000):
            for stream, values in enumerate(self._values):
                place = self._chance.randrange(len(values))
                values[place] = round(values[place] + self._chance.gauss(0, 0.3), 2)
                rows.append((stream, t_ms - t0_ms, list(values), None))
        if not rows:
            return
        self._read_until_ms = t0_ms + 1000 * (len(rows) // len(self._values))
        points = sum(len(row[2]) for row in rows)
        body = batch.encode(
            epoch=self._epoch,
            seq=self._seq,
            schema=hash_of(self._document),
            t0_ms=t0_ms,
            clock=Clock.SYNCED,
            flags=Flag(0),
            floor_ms=t0_ms,
            rows=batch.encode_rows(rows),
        )
        self._waiting[self._seq] = _Waiting(body, points, self._seconds())
        self._seq += 1
        self._tally.report.batches += 1
        self._tally.report.points += points
        self.send()

    def send(self) -> None:
        """Send what is late, then what is new, as far as there is room."""
        if not (self.client.connected and self._workers):
            return
        now_s = self._seconds()
        while (late := self._window.due(now_s)) is not None:
            waiting = self._waiting.get(late.seq)
            if waiting is None:
                self._window.settle(late)
                continue
            self._publish(late.seq, waiting, now_s)
        self._next = self._send_from(self._next, self._seq, now_s, backlog=False)
        self._late = self._send_from(self._late, self._late_end, now_s, backlog=True)

    def _send_from(self, first: int, end: int, now_s: float, *, backlog: bool) -> int:
        """Send what waits of a range, as far as there is room; gives where to go on."""
        for seq in range(first, end):
            waiting = self._waiting.get(seq)
            if waiting is not None and BatchNumber(self._epoch, seq) not in self._window:
                if not self._window.has_room(len(waiting.body), backlog=backlog):
                    return seq
                self._publish(seq, waiting, now_s, backlog=backlog)
        return end

    def _publish(self, seq: int, waiting: _Waiting, now_s: float, *, backlog: bool = False) -> None:
        self._tally.report.resent += waiting.sent
        waiting.sent = True
        self._window.sent(BatchNumber(self._epoch, seq), len(waiting.body), now_s, backlog=backlog)
        self.client.publish(self._me.topic("data"), waiting.body)

    def _connected(self) -> None:
        self._workers.clear()
        self._window.open()
        self._look_again()
        self.client.subscribe(self._me.topic("receipt"), self._me.topic("ask"), topics.every_worker(self._plan.site))
        self.client.publish(
            self._me.topic("state"), msgspec.json.encode(GatewayState("online", self._epoch.hex(), version="simulated")), retain=True
        )
        self.client.publish(self._me.schema_topic(hash_of(self._document)), self._document, retain=True)

    def _look_again(self) -> None:
        """Begin with what is new; what is older comes beside it, as a backlog."""
        new_s = self._seconds() - LIVE_S
        self._next = next((seq for seq, waiting in self._waiting.items() if waiting.made_s >= new_s), self._seq)
        self._late, self._late_end = next(iter(self._waiting), self._next), self._next

    def _received(self, topic: str, payload: bytes) -> None:
        worker = topics.parse_worker(topic)
        if worker is not None:
            self._worker_says(worker, _worker.decode(payload) if payload else WorkerState("offline"))
        elif topic == self._me.topic("receipt"):
            self._settle(_receipt.decode(payload))
        elif topic == self._me.topic("ask") and _ask.decode(payload).schema is not None:
            self.client.publish(self._me.schema_topic(hash_of(self._document)), self._document, retain=True)

    def _worker_says(self, worker: str, state: WorkerState) -> None:
        if state.state == "offline":
            self._workers.discard(worker)
        elif worker not in self._workers or self._starts.get(worker) != (state.start or ""):
            if self._starts.get(worker) != (state.start or ""):
                self._starts[worker] = state.start or ""
                self._window.open()
            self._workers.add(worker)
            self._look_again()
            self.send()

    def _settle(self, receipt: Receipt) -> None:
        if receipt.epoch != self._epoch.hex():
            return
        now_s = self._seconds()
        for first, last in receipt.stored:
            self._window.settle_range(self._epoch, first, last, now_s)
            for seq in range(first, last + 1):
                waiting = self._waiting.pop(seq, None)
                if waiting is not None:
                    self._tally.confirmed(waiting.points, now_s - waiting.made_s)
        for refusal in receipt.rejected:
            self._waiting.pop(refusal.seq, None)
            self._tally.report.rejected += 1
        for refusal in receipt.retry:
            self._window.retry(BatchNumber(self._epoch, refusal.seq), now_s)
        self.send()


def _streams(me: GatewayId, points: int) -> tuple[Stream, ...]:
    """Give meters that have so many values together."""
    streams: list[Stream] = []
    while points > 0:
        fields = _FIELDS[: min(points, len(_FIELDS))]
        number = len(streams)
        streams.append(Stream(f"qe-{me.gateway}-{number}", f"meter-{number}", "simulated", "lighting_meter", fields, 1.0))
        points -= len(fields)
    return tuple(streams)


class Fleet:
    """The gateways of one process."""

    def __init__(self, plan: FleetPlan, say: Callable[[FleetReport], None]) -> None:
        self._plan, self._say, self._tally = plan, say, FleetCounts()
        loop = asyncio.get_running_loop()
        self._begun_s = loop.time()
        self._gateways = [FleetGateway(plan, plan.first + number, self._tally, loop.time) for number in range(plan.gateways)]
        self._down_until_s = 0.0
        self._storms = sorted(plan.storms_s)
        self._to_connect: list[FleetGateway] = []

    async def run(self) -> None:
        """Ramp up, read and send as long as the plan says, wait for the last receipts, and end."""
        loop = asyncio.get_running_loop()
        report_due_s, alive_due_s, ends_s = 1.0, 1.0, self._plan.ramp_s + self._plan.seconds
        while True:
            passed_s = loop.time() - self._begun_s
            self._connect(passed_s)
            self._storm(passed_s)
            if passed_s < ends_s:
                self._flush(passed_s)
            if passed_s >= alive_due_s:
                alive_due_s = passed_s + 1.0
                for gateway in self._gateways:
                    gateway.client.keep_alive()
                    gateway.send()
            left = sum(gateway.unconfirmed for gateway in self._gateways)
            over = passed_s >= ends_s and (not left or passed_s >= ends_s + self._plan.drain_s)
            if passed_s >= report_due_s or over:
                report_due_s = passed_s + 1.0
                self._tell(passed_s, left, done=over)
            if over:
                break
            await asyncio.sleep(_TICK_S)
        for gateway in self._gateways:
            gateway.client.close()

    def _connect(self, passed_s: float) -> None:
        """Connect whoever is to be connected by now: spread over the ramp at first, after a storm all at once."""
        wanted = self._gateways[
            : int(len(self._gateways) * min(1.0, passed_s / self._plan.ramp_s)) if passed_s < self._plan.ramp_s else None
        ]
        if passed_s < self._down_until_s:
            return
        for gateway in wanted:
            if not gateway.client.connected and not gateway.client.connecting:
                gateway.client.connect()

    def _storm(self, passed_s: float) -> None:
        if self._storms and passed_s >= self._plan.ramp_s + self._storms[0]:
            self._storms.pop(0)
            self._down_until_s = passed_s + self._plan.outage_s
            for gateway in self._gateways:
                gateway.client.cut()

    def _flush(self, passed_s: float) -> None:
        for gateway in self._gateways:
            if passed_s >= gateway.flush_due_s:
                gateway.flush_due_s += self._plan.flush_s
                gateway.flush()

    def _tell(self, passed_s: float, left: int, *, done: bool) -> None:
        report = self._tally.report
        report.passed_s, report.unconfirmed, report.done = round(passed_s, 1), left, done
        report.connected = sum(gateway.client.connected for gateway in self._gateways)
        self._say(report)
        report.latencies_s = []


def raise_file_limit() -> None:
    """Allow as many connections as the system lets this process have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
