"""Gateways whose devices are simulated: real MQTT, real batches, and the real service that follows orders about firmware."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.errors import FlashFailed, FlashRefused
from gateway.edge.firmware.orders import FirmwareOrders, InspectedDevice
from gateway.host.clock import now_ms
from gateway.host.mqtt import Broker, Message, Mqtt, Will
from gateway.model import batch, topics
from gateway.model.batch import Clock, Flag
from gateway.model.messages import FirmwareOrder, GatewayState
from gateway.model.stream import Schema, Stream, canonical_fields, hash_of
from gateway.model.topics import GatewayId

MODEL, OLD, NEW = "WBMAP3E", "2.4.0", "2.5.0"
EVERY_S = 2.0
FIELDS = ("voltage_l1", "active_power", "active_energy")
BYTES_PER_S = 4000.0


class FlashCounts:
    """What all gateways flashed: how often each device, and how many at once in all and on a line."""

    def __init__(self) -> None:
        self.begun = Counter[str]()
        self.now = Counter[tuple[str, str]]()
        self.most = self.most_on_a_line = 0

    def begin(self, gateway: str, line: str, device: str) -> None:
        self.begun[f"{gateway}/{device}"] += 1
        self.now[gateway, line] += 1
        self.most = max(self.most, self.now.total())
        self.most_on_a_line = max(self.most_on_a_line, self.now[gateway, line])

    def end(self, gateway: str, line: str) -> None:
        self.now[gateway, line] -= 1


class Meter:
    """A meter on a line. `bad_after`: its new firmware makes it ill, in one of three ways. `dead`: it never answers."""

    def __init__(self, name: str, line: str, hardware: str, *, bad_after: bool = False) -> None:
        self.name, self.line, self.hardware, self.bad_after = name, line, hardware, bad_after
        self.version, self.dead, self.flashing = OLD, False, False
        self.energy = 5e5
        self.illness = ""

    def read(self, chance: random.Random) -> list[float] | None:
        self.energy += chance.uniform(0.5, 1.5)
        if self.dead or self.flashing or self.illness == "silent":
            return None
        voltage = chance.uniform(228, 232) * (10 if self.illness == "scale" else 1)
        return [round(voltage, 1), round(chance.uniform(180, 220), 1), round(self.energy, 1)]

    def updated(self, chance: random.Random) -> None:
        self.version = NEW
        if self.bad_after:
            self.illness = chance.choice(("silent", "scale", "counter"))
            if self.illness == "counter":
                self.energy = 0.0


class MeterGateway:
    """One gateway with lines of meters; its orders survive a restart of it, as their ledger is a file."""

    def __init__(self, me: GatewayId, url: str, folder: Path, meters: list[Meter], counts: FlashCounts, flash_s: float) -> None:
        self._me, self._meters, self._counts, self._flash_s = me, {one.name: one for one in meters}, counts, flash_s
        self._chance = random.Random(me.gateway)
        streams = [
            Stream(f"qe-{one.name}", one.name, "wirenboard_map3e", "lighting_meter", canonical_fields("lighting_meter", *FIELDS), EVERY_S)
            for one in meters
        ]
        self._document = Schema(tuple(streams)).document()
        self._epoch, self._seq = self._chance.randbytes(8), 0
        will = Will(me.topic("state"), msgspec.json.encode(GatewayState("offline")))
        self.mqtt = Mqtt(Broker(url), me.user, on_connect=self._connected, on_message=self._received, will=will)
        self.orders = FirmwareOrders(folder / f"{me.gateway}.json", self, self._answer, now_ms)

    async def run(self, stop: asyncio.Event) -> None:
        self.orders.resume()
        self.mqtt.start()
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((stopped,), timeout=self._chance.uniform(0, EVERY_S))
        while not stop.is_set():
            self._send_batch()
            await asyncio.wait((stopped,), timeout=EVERY_S)
        await self.orders.close()
        await self.mqtt.stop()

    async def inspect(self, device: str) -> InspectedDevice:
        meter = self._answering(device)
        return InspectedDevice(FirmwareIdentity(MODEL, meter.hardware, meter.version), meter.line, BYTES_PER_S)

    async def update(self, device: str, target: str, sha256: str, progress: Callable[[int, int], None], by: str) -> FirmwareIdentity:
        meter = self._answering(device)
        if meter.version != NEW:
            self._counts.begin(self._me.gateway, meter.line, device)
            meter.flashing = True
            try:
                for step in range(4):
                    progress(1024 * step, 4096)
                    await asyncio.sleep(self._flash_s / 4)
                    if meter.dead:
                        raise FlashFailed("no_answer", "the device does not answer", "il dispositivo non risponde", again=True)
            finally:
                meter.flashing = False
                self._counts.end(self._me.gateway, meter.line)
            meter.updated(self._chance)
        return FirmwareIdentity(MODEL, meter.hardware, meter.version)

    def _answering(self, device: str) -> Meter:
        meter = self._meters[device]
        if meter.dead:
            raise FlashRefused("no_answer", "the device does not answer", "il dispositivo non risponde")
        return meter

    async def _answer(self, device: str, payload: bytes) -> None:
        await self.mqtt.publish(self._me.device_topic("ack", device), payload)

    def _connected(self) -> None:
        self.mqtt.subscribe(self._me.device_topic("cmd"))
        self.mqtt.publish(self._me.topic("state"), msgspec.json.encode(GatewayState("online", self._epoch.hex())), retain=True)
        self.mqtt.publish(self._me.schema_topic(hash_of(self._document)), self._document, retain=True)

    def _received(self, message: Message) -> None:
        about = topics.parse_device(message.topic)
        if about is not None:
            self.orders.receive(about.device, msgspec.json.decode(message.payload, type=FirmwareOrder))

    def _send_batch(self) -> None:
        at_ms = now_ms()
        read = [
            (number, at_ms, values, None)
            for number, one in enumerate(self._meters.values())
            if (values := one.read(self._chance)) is not None
        ]
        if not read or not self.mqtt.state.connected:
            return
        self._seq += 1
        body = batch.encode(
            epoch=self._epoch, seq=self._seq, schema=hash_of(self._document), t0_ms=at_ms, clock=Clock.SYNCED, flags=Flag(0), floor_ms=at_ms,
            rows=batch.encode_rows(read, at_ms),
        )  # fmt: skip
        self.mqtt.publish(self._me.topic("data"), body)


class MeterFleet:
    """All gateways of the trial: so many, each with so many lines of so many meters."""

    def __init__(self, url: str, folder: Path, gateways: int, lines: int, meters: int, *, flash_s: float = 1.0) -> None:
        self.counts = FlashCounts()
        self.meters: dict[str, Meter] = {}
        self._gateways = []
        self._stop, self._tasks = asyncio.Event(), list[asyncio.Task[None]]()
        for number in range(gateways):
            me = GatewayId("prato", "citelum", f"gw-{number}")
            mine = [Meter(f"m-{number}-{line}-{one}", f"line-{line}", "A") for line, one in itertools.product(range(lines), range(meters))]
            self.meters |= {f"citelum/{me.gateway}/{one.name}": one for one in mine}
            self._gateways.append(MeterGateway(me, url, folder, mine, self.counts, flash_s))

    def make_bad(self, share: float) -> list[str]:
        """Let the new firmware be bad for a share of the meters: those of another hardware revision, spread over the fleet."""
        step = round(1 / share)
        bad = list(self.meters)[step // 2 :: step]
        for name in bad:
            self.meters[name].hardware, self.meters[name].bad_after = "B", True
        return bad

    def start(self) -> None:
        self._tasks = [asyncio.create_task(one.run(self._stop)) for one in self._gateways]

    async def stop(self) -> None:
        self._stop.set()
        await asyncio.gather(*self._tasks)
