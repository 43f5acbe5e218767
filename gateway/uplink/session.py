"""The gateway's session with the broker: its retained state and schemas, the centre's workers, and the messages to the gateway."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Literal, NamedTuple

import msgspec

from gateway.host.mqtt import Broker, Disconnected, Mqtt, PublishRefused, Will
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.model import topics
from gateway.model.messages import (
    Ask,
    ConfigurationOrder,
    GatewayState,
    Receipt,
    RenewedCertificate,
    TimeAnswer,
    TimeQuestion,
    WorkerState,
)
from gateway.model.stream import pack_document
from gateway.model.untrusted_json import json_reader
from gateway.uplink.identity import HOLD_S, IdentityWatch
from gateway.uplink.journal_tasks import JournalTasks
from gateway.uplink.router import MessageHandler, MessageRouter
from gateway.uplink.sender import BatchSender, SenderPort
from gateway.uplink.workers import CentreWorkers, WorkerChange

log = logging.getLogger(__name__)

_LEAVE_S = 2.0
"""How long a session that ends waits for background work, and for the broker to take its last message."""
_SHORTEST_WAIT_S = 0.05
_SAY_AGAIN_S = 1.0
"""How long a gateway waits before it contradicts that it is offline: usually its own state, which it has just published, follows."""

_read_state = json_reader(GatewayState)
_read_receipt = json_reader(Receipt)
_read_ask = json_reader(Ask)
_read_worker = json_reader(WorkerState)
_read_order = json_reader(ConfigurationOrder)
_read_certificate = json_reader(RenewedCertificate)


class UplinkCallbacks(NamedTuple):
    """What the session asks, and reports to, the rest of the gateway."""

    ready: Callable[[], bool] = lambda: True
    """Whether batches may be sent at all."""
    on_centre: Callable[[], None] = lambda: None
    """Called when a worker of the centre comes online."""
    on_time: Callable[[TimeAnswer], None] = lambda _: None
    """Called with the answer to `ask_time`."""
    on_renew: Callable[[], None] = lambda: None
    """Called when the centre asks for a renewal of the certificate."""
    on_certificate: Callable[[RenewedCertificate], None] | None = None
    """Called with a renewed certificate; None if this gateway can't renew its own."""
    on_order: Callable[[ConfigurationOrder], None] | None = None
    """Called with a configuration of the centre; None if this gateway knows no authority that could have signed it."""
    on_page: Callable[[], None] = lambda: None
    """Called when the centre asks for a request for the certificate of the page."""
    others: Mapping[str, MessageHandler] = MappingProxyType({})
    """The handlers of other topics that the session subscribes to."""


class UplinkSession:
    """Sends while the broker is connected and, with `confirm: stored`, a worker of the centre is online."""

    def __init__(
        self,
        me: topics.GatewayId,
        broker: Broker,
        journal: Journal,
        thread: OneThread,
        *,
        confirm: Literal["stored", "broker"],
        state: GatewayState,
        now_ms: Callable[[], int],
        callbacks: UplinkCallbacks = UplinkCallbacks(),  # noqa: B008 — immutable
    ) -> None:
        self._me, self._journal, self._thread = me, journal, thread
        self._state, self._callbacks = state, callbacks
        self._workers = CentreWorkers()
        self._wake = asyncio.Event()
        self._tasks = JournalTasks(journal, thread)
        self._identity = IdentityWatch(state.machine)
        self._router = MessageRouter()
        # First, so that the retained state comes before those of the workers, with which sending begins.
        self._router.add(me.topic("state"), self._on_state)
        self._router.add(me.topic("receipt"), lambda _, payload: self.sender.receive(_read_receipt(payload)))
        self._router.add(me.topic("ask"), self._on_ask)
        self._router.add(topics.every_worker(me.site), self._on_worker)
        received = callbacks.on_certificate
        if received is not None:
            self._router.add(me.topic("certificate"), lambda _, payload: received(_read_certificate(payload)))
        ordered = callbacks.on_order
        if ordered is not None:
            self._router.add(me.topic("configure"), lambda _, payload: ordered(_read_order(payload)))
        for topic_filter, handler in callbacks.others.items():
            self._router.add(topic_filter, handler)
        will = Will(me.topic("state"), msgspec.json.encode(GatewayState("offline", state.epoch, host=state.host, hardware=state.hardware)))
        self.mqtt = Mqtt(broker, me.user, on_connect=self._on_connect, on_message=self._router.route, will=will)
        port = SenderPort(partial(self.mqtt.publish, me.topic("data")), self._may_send, self.wake, now_ms)
        self.sender = BatchSender(journal, thread, self._tasks, port, confirm_by_broker=confirm == "broker")

    def wake(self) -> None:
        """Wake the session to look for batches to send."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        self.mqtt.start()
        stopped = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                self._wake.clear()
                if self._may_send():
                    await self._tasks.run(self.sender.send())
                woken = asyncio.ensure_future(self._wake.wait())
                await asyncio.wait((stopped, woken), timeout=self._wait_s(), return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
        finally:
            stopped.cancel()
            await self._leave()

    def _may_send(self) -> bool:
        confirmable = self.mqtt.speaks_5 if self.sender.confirm_by_broker else bool(self._workers)
        alone = not self._identity.held_s(asyncio.get_running_loop().time())
        return self.mqtt.state.connected and confirmable and alone and self._callbacks.ready()

    def _wait_s(self) -> float | None:
        """Return how long until a batch is due to be sent again, None if none is."""
        due_s = self.sender.window.next_due_s()
        if due_s is None or not self._may_send():
            return None
        return max(_SHORTEST_WAIT_S, due_s - asyncio.get_running_loop().time())

    async def drained(self, timeout_s: float) -> bool:
        """Wait until every batch that may be sent is settled. Return False after the time-out, or when the broker is not connected."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    self.sender.progress.clear()
                    if not await self._thread.run(self._journal.waiting, 0, 1):
                        return True
                    if not self.mqtt.state.connected:
                        return False
                    await self.sender.progress.wait()
        except TimeoutError:
            return False

    def _on_connect(self) -> None:
        if self.sender.confirm_by_broker and not self.mqtt.speaks_5:
            log.error("'confirm: broker' needs MQTT 5: with 3.1.1 a broker acknowledges messages that it discards; nothing is sent")
        self.mqtt.state.reconnect_after_s = self._identity.reconnect_s(asyncio.get_running_loop().time())
        self.sender.restart()
        self._workers.disconnected()
        self.mqtt.subscribe(*self._router.filters)
        self._tasks.start(self._introduce())

    async def _introduce(self) -> None:
        """Publish the gateway's state and schemas. Only then may batches follow: `wake` starts them."""
        self._publish_state()
        for document_hash, document in (await self._thread.run(self._journal.schemas)).items():
            self.mqtt.publish(self._me.schema_topic(document_hash), pack_document(document), retain=True)
        self.wake()

    def _on_state(self, _: str, payload: bytes) -> None:
        """Look whether the gateway's own state says that it is offline, or is that of another run."""
        state, loop = _read_state(payload) if payload else GatewayState("offline"), asyncio.get_running_loop()

        def say_again() -> None:
            """A cluster of brokers may learn late that an earlier connection ended, and publish its will after the state of the new one."""
            if self._identity.shown_offline and self.mqtt.state.connected:
                self._publish_state()

        own = self._identity.is_own(state)
        if self._identity.shown_offline:
            loop.call_later(_SAY_AGAIN_S, say_again)
        if own:
            return
        epoch = bytes.fromhex(state.epoch or "")
        if self._identity.suspect(loop.time()):
            self._tasks.start(self._look_into(state, epoch))
        else:
            loop.call_later(self._identity.held_s(loop.time()), self.wake)

    @property
    def cloned_by(self) -> str | None:
        """The machine on which another gateway runs under this one's name, None if there is none."""
        return self._identity.other(asyncio.get_running_loop().time())

    async def _look_into(self, state: GatewayState, epoch: bytes) -> None:
        earlier, loop = await self._thread.run(self._journal.file.knows, epoch), asyncio.get_running_loop()
        names = self._identity.saw(state, loop.time(), earlier=earlier)
        if names is not None:
            own, other = names
            log.error(
                "another gateway runs as %s/%s, on %s; this one, on %s, sends nothing until it is alone for %g s: stop one of the two",
                self._me.operator, self._me.gateway, other, own, HOLD_S,
            )  # fmt: skip
        loop.call_later(self._identity.held_s(loop.time()), self.wake)

    def _publish_state(self) -> None:
        self._identity.publishing(self._state.epoch)
        self.mqtt.publish(self._me.topic("state"), msgspec.json.encode(self._state), retain=True)

    def _on_worker(self, topic: str, payload: bytes) -> None:
        worker = topics.parse_worker(topic)
        if worker is None:
            return
        change = self._workers.update(worker, _read_worker(payload) if payload else WorkerState("offline"))
        if change is WorkerChange.NOTHING:
            return
        if change is WorkerChange.STARTED:
            self.sender.window.reset()
        self.sender.rewind()
        self._callbacks.on_centre()

    def _on_ask(self, _: str, payload: bytes) -> None:
        ask = _read_ask(payload)
        if ask.schema is not None:
            self._tasks.start(self.publish_schema(bytes.fromhex(ask.schema)))
        if ask.since_ms is not None:
            self.sender.replay(ask.since_ms, ask.until_ms)
        if ask.time is not None:
            self._callbacks.on_time(ask.time)
        if ask.renew:
            self._callbacks.on_renew()
        if ask.page:
            self._callbacks.on_page()

    async def publish_schema(self, document_hash: bytes) -> None:
        """Publish a schema document of the journal."""
        document = (await self._thread.run(self._journal.schemas)).get(document_hash)
        if document is None:
            log.warning("schema %s is wanted, which is not in this journal", document_hash.hex())
        else:
            self.mqtt.publish(self._me.schema_topic(document_hash), pack_document(document), retain=True)

    def ask_time(self, asked_ms: int) -> None:
        """Ask the centre for the time, if it is online. `asked_ms` comes back with the answer."""
        if self.mqtt.state.connected and self._workers:
            self.mqtt.publish(self._me.topic("time"), msgspec.json.encode(TimeQuestion(asked_ms)))

    def check_epoch(self) -> None:
        """Introduce the gateway again if the journal was renewed: the batches sent before are not in the new one."""
        epoch = self._journal.epoch.hex()
        if self._state.epoch == epoch:
            return
        self._state.epoch = epoch
        self.sender.restart()
        if self.mqtt.state.connected:
            self._tasks.start(self._introduce())
        self.wake()

    def report(self, *, clock: Literal["synced", "holdover", "unsynced"] | None = None, in_memory: bool | None = None) -> None:
        """Publish what has changed: how far the clock can be trusted, or whether what is not sent is in memory alone."""
        self._state.clock = self._state.clock if clock is None else clock
        self._state.in_memory = self._state.in_memory if in_memory is None else in_memory
        if self.mqtt.state.connected:
            self._publish_state()

    def clear_schema(self, document_hash: bytes) -> None:
        """Clear a retained schema document to which no batch refers any more."""
        self.mqtt.publish(self._me.schema_topic(document_hash), b"", retain=True)

    async def _leave(self) -> None:
        """Report this gateway offline and disconnect, also if that was cancelled because it takes too long."""
        try:
            await self._tasks.finish(_LEAVE_S)
            if self.mqtt.state.connected:
                last = self.mqtt.publish(self._me.topic("state"), msgspec.json.encode(GatewayState("offline")), retain=True)
                async with asyncio.timeout(_LEAVE_S):
                    await last
        except (TimeoutError, PublishRefused, Disconnected) as error:
            log.debug("the broker did not take the last message: %s", error)
        finally:
            await self.mqtt.stop()
