"""The faults and attacks of a soak, as they are injected into a running rig."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import NamedTuple

import msgspec

from gateway.centre.ingest.retrying_store import _RETRY_LONGEST_S
from gateway.centre.stores.influx.http import _TIMEOUT_S
from gateway.host.mqtt.client_loop import _LONGEST_S
from gateway.model.topics import GatewayId
from gateway.uplink.window import FIRST_RESEND_S
from tests.hostile.attacker import Target
from tests.hostile.catalogue import AT_CENTRE
from tests.hostile.outcome import DELAY_S
from tests.soak.observer import Attacked, Disturbance
from tests.soak.rig import NAMES, Rig
from tests.soak.schedule import Choice, Event, Pause
from tests.soak.sites import STRUCK
from tests.system.servers import Process

ATTACKS = tuple(AT_CENTRE)
_STRUCK = NAMES[STRUCK]


_LOST_S = FIRST_RESEND_S + DELAY_S
"""After a fault each batch that was lost in it is sent again and stored."""
_CUT_OFF_S = _LONGEST_S + _LOST_S
"""Before that, a client that could not connect tries again."""
_STORE_AWAY_S = _TIMEOUT_S + _RETRY_LONGEST_S + _LOST_S
"""Before that, a worker waits for an answer of its store, and tries again."""


class Fault(NamedTuple):
    """A fault: what it does for a time, the gateway that it delays (None: all), whether it ends a process, and how long it has an effect
    after its end: that follows from the time-outs of gateways and workers.
    """

    run: Callable[[Rig, Event], Awaitable[None]]
    delays: GatewayId | None
    ends: bool
    after_s: float


def _ended(name: str, way: Callable[[Process], object], delays: GatewayId | None, after_s: float) -> Fault:
    async def fault(rig: Rig, event: Event) -> None:
        process = rig.processes[name]
        try:
            await asyncio.to_thread(process.end, way)
            await asyncio.sleep(event.seconds)
        finally:
            await asyncio.to_thread(process.start)

    return Fault(fault, delays, ends=True, after_s=after_s)


async def _cut(rig: Rig, event: Event, name: str) -> None:
    """The connections break, and none is made for a while."""
    link = rig.links[name]
    link.passes = False
    link.cut()
    await asyncio.sleep(event.seconds)
    link.passes = True


async def _half_open(rig: Rig, event: Event, name: str) -> None:
    """The connections stay open and pass nothing; then they break."""
    link = rig.links[name]
    link.passes = False
    await asyncio.sleep(event.seconds)
    link.cut()
    link.passes = True


async def _lossy(rig: Rig, event: Event, name: str) -> None:
    """Half of the packets are lost."""
    rig.links[name].loss = 0.5
    await asyncio.sleep(event.seconds)
    rig.links[name].loss = 0.0


def _linked(way: Callable[[Rig, Event, str], Awaitable[None]], name: str, delays: GatewayId | None, after_s: float) -> Fault:
    return Fault(lambda rig, event: way(rig, event, name), delays, ends=False, after_s=after_s)


async def _silence(rig: Rig, event: Event) -> None:
    """A tenth of all devices does not respond."""
    devices = random.Random(event.seed).sample(rig.street.all_devices, max(1, len(rig.street.all_devices) // 10))
    for device in devices:
        device.silent = True
    await asyncio.sleep(event.seconds)
    for device in devices:
        device.silent = False


FAULTS: dict[str, Fault] = {
    "kill -9 of a gateway": _ended(_STRUCK, Process.kill_9, STRUCK, _LOST_S),
    "restart of a gateway": _ended(_STRUCK, Process.stop, STRUCK, _LOST_S),
    "kill -9 of a worker": _ended("worker-2", Process.kill_9, None, _LOST_S),
    "restart of a worker": _ended("worker-2", Process.stop, None, _LOST_S),
    "kill -9 of the broker": _ended("broker", Process.kill_9, None, _CUT_OFF_S),
    "kill -9 of the store": _ended("store", Process.kill_9, None, _STORE_AWAY_S),
    "cut of an uplink": _linked(_cut, "uplink", STRUCK, _CUT_OFF_S),
    "half-open uplink": _linked(_half_open, "uplink", STRUCK, _CUT_OFF_S),
    "lossy uplink": _linked(_lossy, "uplink", STRUCK, _CUT_OFF_S),
    "cut between a worker and the store": _linked(_cut, "store", None, _STORE_AWAY_S),
    "half-open link to the store": _linked(_half_open, "store", None, _STORE_AWAY_S),
    "silent devices": Fault(_silence, STRUCK, ends=False, after_s=DELAY_S),
}


def choice(only: Collection[str] = ()) -> Choice:
    """Return what a soak draws from: all faults and attacks, or only these."""
    faults = {name: one for name, one in FAULTS.items() if not only or name in only}
    own = [name for name, one in faults.items() if not one.ends and one.delays is not None]
    return Choice([name for name in faults if name not in own], own, [name for name in ATTACKS if not only or name in only])


class Script:
    """Injects the events of a schedule, one fault and one attack at a time.

    Args:
        rig: What they are injected into.
        pauses: When nothing is injected.
        say: Is told what begins.
    """

    def __init__(self, rig: Rig, pauses: Sequence[Pause], say: Callable[[str], None]) -> None:
        self._rig, self._pauses, self._say = rig, pauses, say
        self._begun_s = time.monotonic()
        self._going_on = 0
        self.injected: list[Event] = []
        self.disturbances: list[Disturbance] = []
        self.attacked: list[Attacked] = []
        self.wrong: list[str] = []
        self.failed: list[str] = []

    @property
    def pause(self) -> int | None:
        """The number of the pause that it is in, if nothing that began before it still goes on."""
        now_s = time.monotonic() - self._begun_s
        within = (number for number, one in enumerate(self._pauses) if one.from_s <= now_s < one.to_s)
        return None if self._going_on else next(within, None)

    async def run(self, events: list[Event], until_s: float) -> None:
        """Inject events at their times. If one lasts longer than was planned, all that follow are later: the quiet between them stays."""
        late_s = 0.0
        for event in events:
            await asyncio.sleep(max(0.0, self._begun_s + event.at_s + late_s - time.monotonic()))
            late_s = time.monotonic() - self._begun_s - event.at_s
            if late_s + event.at_s + event.seconds > until_s:
                return
            self._say(f"{event.kind}: {event.name}, {event.seconds:.1f} s")
            self._going_on += 1
            await (self._fault(event) if event.kind == "fault" else self._attack(event))
            self._going_on -= 1
            self.injected.append(event)

    async def _fault(self, event: Event) -> None:
        fault, from_ms = FAULTS[event.name], time.time_ns() // 1_000_000
        try:
            await fault.run(self._rig, event)
        except AssertionError as error:  # a process does not stop, or does not come back: the others go on
            self.wrong.append(f"{event.name}: {error}"[:500])
        until_ms = time.time_ns() // 1_000_000 + int(1000 * fault.after_s)
        self.disturbances.append(Disturbance(fault.delays, from_ms, until_ms))

    async def _attack(self, event: Event) -> None:
        from_ms = time.time_ns() // 1_000_000
        target = Target(event.name, self._rig.ports, event.seed, event.seconds)
        command = (sys.executable, "-m", "tests.hostile.attacker", msgspec.json.encode(target).decode())
        process = await asyncio.to_thread(Process, "attacker", self._rig.folder, *command)
        try:
            code = await asyncio.to_thread(process.process.wait, event.seconds + 30)
        except subprocess.TimeoutExpired:
            process.kill_9()
        else:
            if code:
                self.failed.append(f"{event.name} (seed {event.seed}): {process.log.read_text().strip().splitlines()[-1][:200]}")
        self.attacked.append(Attacked(event.name, from_ms, time.time_ns() // 1_000_000))
