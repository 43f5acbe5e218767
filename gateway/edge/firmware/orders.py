"""Orders of the centre about the firmware of devices: each is followed once, in its time, and answered."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.errors import FlashFailed, FlashRefused
from gateway.edge.firmware.order_ledger import FINAL, OrderLedger
from gateway.host.mqtt import Disconnected, PublishRefused
from gateway.model.messages import AlarmText, FirmwareAnswer, FirmwareIdentification, FirmwareOrder

log = logging.getLogger(__name__)

_SAY_EVERY_S = 15.0
"""How often the centre is told how far an update is."""

_PASSING = frozenset({"busy", "no_power", "on_battery", "bad_line", "no_answer", "no_firmware", "line_shared"})
"""Codes of refusals whose reasons may be over when the order comes again."""

_LATE = AlarmText("the order came too late", "l'ordine è arrivato troppo tardi")
_WITHDRAWN = AlarmText("the order was withdrawn", "l'ordine è stato ritirato")
_TOO_LONG = AlarmText("its time was over before it was finished", "il suo tempo è scaduto prima della fine")
_NO_DISK = AlarmText("the gateway can't write it to its disk", "il gateway non può scriverlo sul suo disco")
_MOST_WAITING = 200


class InspectedDevice(NamedTuple):
    """What a device says about itself, its line, and what the line carries of a firmware in bytes a second."""

    identity: FirmwareIdentity
    line: str
    bytes_per_s: float


class DeviceUpdates(Protocol):
    """Inspects and updates the devices of the running gateway."""

    async def inspect(self, device: str) -> InspectedDevice:
        """Ask a device what it is.

        Raises:
            FlashRefused, FlashFailed: It can't be asked.
        """
        ...

    async def update(self, device: str, target: str, sha256: str, progress: Callable[[int, int], None], by: str) -> FirmwareIdentity:
        """Bring a target of the repository to a device; cancelled, it ends between two chunks and can go on later.

        Raises:
            FlashRefused: Nothing was touched.
            FlashFailed: It has begun, and did not succeed.
        """
        ...


class FirmwareOrders:
    """Follows orders; `publish` sends an answer about a device, and raises Disconnected or PublishRefused.

    Raises:
        OSError, ValueError: The ledger can't be read.
    """

    def __init__(
        self,
        ledger: Path,
        updates: DeviceUpdates,
        publish: Callable[[str, bytes], Coroutine[None, None, None]],
        now_ms: Callable[[], int],
    ) -> None:
        self._ledger = OrderLedger(ledger)
        self._updates, self._publish, self._now_ms = updates, publish, now_ms
        self._running: dict[str, asyncio.Task[None]] = {}
        self._asides: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        """Go on with the orders that a run before has begun and not ended."""
        for one in self._ledger.unfinished():
            self._run(one.device, one.order)

    async def close(self) -> None:
        """End what is under way between two chunks; it goes on at the next start."""
        tasks = [*self._running.values(), *self._asides]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def receive(self, device: str, order: FirmwareOrder) -> None:
        """Follow an order in the background; one that is known is answered with what has become of it."""
        known = self._ledger[order.order]
        if order.action == "inspect":
            if len(self._asides) < _MOST_WAITING:
                self._aside(self._inspect(device, order))
        elif order.action == "cancel":
            self._withdraw(device, order)
        elif known is None:
            self._begin(device, order)
        else:
            self._aside(self._say(known.device, known.answer))
            if known.answer.state not in FINAL and order.order not in self._running:
                self._run(known.device, known.order)

    def _begin(self, device: str, order: FirmwareOrder) -> None:
        if self._now_ms() > order.begin_by_ms:
            self._end(device, order, _refusal(order, "expired", _LATE, again=True))
        elif len(self._running) >= _MOST_WAITING:
            log.warning("ignored an order for %s: %d are under way", device, len(self._running))
        elif self._remember(device, order, accepted := FirmwareAnswer(order.order, "accepted")):
            self._aside(self._say(device, accepted))
            self._run(device, order)

    def _withdraw(self, device: str, order: FirmwareOrder) -> None:
        """Do not begin an order, also if it comes only later; one that has begun is finished."""
        known = self._ledger[order.order]
        if known is None:
            self._end(device, order, _refusal(order, "cancelled", _WITHDRAWN, again=True))
        else:
            self._aside(self._say(known.device, known.answer))

    def _run(self, device: str, order: FirmwareOrder) -> None:
        task = asyncio.get_running_loop().create_task(self._update(device, order), name=f"firmware of {device}")
        self._running[order.order] = task
        task.add_done_callback(lambda _: self._running.pop(order.order, None))

    def _aside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _update(self, device: str, order: FirmwareOrder) -> None:
        said_s = float("-inf")

        def progress(done_bytes: int, total_bytes: int) -> None:
            nonlocal said_s
            running = FirmwareAnswer(order.order, "running", done_bytes=done_bytes, total_bytes=total_bytes)
            self._ledger.note(order.order, running)
            now_s = asyncio.get_running_loop().time()
            if now_s >= said_s + _SAY_EVERY_S:
                said_s = now_s
                self._aside(self._say(device, running))

        try:
            async with asyncio.timeout(max(0.0, (order.end_by_ms - self._now_ms()) / 1000)):
                found = await self._updates.update(device, order.target or "", order.sha256 or "", progress, f"order {order.order}")
        except FlashRefused as error:
            answer = _refusal(order, error.code, AlarmText(str(error), error.italian), again=error.code in _PASSING)
        except FlashFailed as error:
            answer = _refusal(order, error.code, AlarmText(str(error), error.italian), again=error.again, state="failed")
        except TimeoutError:
            answer = _refusal(order, "deadline", _TOO_LONG, again=True, state="failed")
        else:
            answer = FirmwareAnswer(order.order, "succeeded", found=_identification(found))
        self._end(device, order, answer)

    async def _inspect(self, device: str, order: FirmwareOrder) -> None:
        try:
            async with asyncio.timeout(max(0.0, (order.end_by_ms - self._now_ms()) / 1000)):
                found = await self._updates.inspect(device)
        except (FlashRefused, FlashFailed) as error:
            answer = _refusal(order, error.code, AlarmText(str(error), error.italian), again=error.code in _PASSING)
        except TimeoutError:
            answer = _refusal(order, "expired", _LATE, again=True)
        else:
            answer = FirmwareAnswer(order.order, "succeeded", found=_identification(found.identity, found.line, found.bytes_per_s))
        await self._say(device, answer)

    def _end(self, device: str, order: FirmwareOrder, answer: FirmwareAnswer) -> None:
        self._remember(device, order, answer)
        log.info("order %s for %s: %s %s", order.order, device, answer.state, answer.en)
        self._aside(self._say(device, answer))

    def _remember(self, device: str, order: FirmwareOrder, answer: FirmwareAnswer) -> bool:
        """Write an answer to the disk. What can't be written is not begun: after a restart it would be unknown."""
        try:
            self._ledger.put(device, order, answer)
        except OSError as error:
            log.warning("can't write the orders about firmware: %s", error)
            if answer.state == "accepted":
                self._aside(self._say(device, _refusal(order, "disk", _NO_DISK, again=True)))
            return False
        return True

    async def _say(self, device: str, answer: FirmwareAnswer) -> None:
        """Publish an answer. If that fails, the centre asks again by repeating its order."""
        try:
            await self._publish(device, msgspec.json.encode(answer))
        except (Disconnected, PublishRefused) as error:
            log.debug("an answer about %s was not sent: %s", device, error)


def _refusal(order: FirmwareOrder, code: str, why: AlarmText, *, again: bool, state: str = "refused") -> FirmwareAnswer:
    return FirmwareAnswer(order.order, state, code[:40], why.en[:512], why.it[:512], again)  # type: ignore[arg-type]  # one of the states


def _identification(found: FirmwareIdentity, line: str = "", bytes_per_s: float = 0.0) -> FirmwareIdentification:
    return FirmwareIdentification(
        line,
        bytes_per_s,
        found.model,
        found.hardware,
        found.version,
        found.bootloader_version,
        found.in_bootloader,
    )
