"""The role `alarms`: follows the city plane, the gateways and the store; keeps, publishes and stores the alarms of a site."""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from prometheus_client.core import Metric

from gateway.alarms.city import CityConditions
from gateway.alarms.observation import Observation
from gateway.alarms.state import AlarmBook, AlarmState
from gateway.alarms.works import KnownWorks, announced_works
from gateway.centre.alarms.notification.notifier import Notifier
from gateway.centre.alarms.publisher import AlarmOwner, AlarmPublisher, owner_of
from gateway.centre.alarms.recorder import AlarmRecorder
from gateway.centre.alarms.stored_health import StoredHealth
from gateway.centre.role import RoleContext
from gateway.centre.stores.factory import open_reader
from gateway.host import clock
from gateway.host.http_server import gauge
from gateway.host.mqtt import Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.model.messages import CityMessage, GatewayState, RolloutsMessage, WorkerState
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

_TICK_S, _NOTIFY_EVERY_S, _SILENT_EVERY_S, _STORED_EVERY_S, _LOADS_EVERY_S = 1.0, 5.0, 10.0, 60.0, 600.0
_GATHER_S = 0.2
_STUCK_AFTER_S = 120.0

_city, _gateway, _worker = json_reader(CityMessage), json_reader(GatewayState), json_reader(WorkerState)
_rollouts = json_reader(RolloutsMessage)


class _Due:
    """When work that is done now and then is due, on the clock of the loop."""

    def __init__(self, every_s: float) -> None:
        self._every_s, self._at_s = every_s, float("-inf")

    def __call__(self, now_s: float) -> bool:
        if now_s < self._at_s:
            return False
        self._at_s = now_s + self._every_s
        return True


class AlarmRole:
    """Runs the alarms of one operator, or of all of a site.

    Raises:
        StoreUnavailable: The file of alarms can't be opened.
    """

    name = "alarms"

    def __init__(self, context: RoleContext) -> None:
        settings, operator = context.settings, context.operator
        self._site, self._operator = context.site, operator
        self._health = StoredHealth(lambda: open_reader(settings.store))
        self._recorder = AlarmRecorder(Path(settings.alarms_path()))
        known = self._recorder.file.load()
        self._book = AlarmBook({key: alarm for key, alarm in known.items() if operator in (None, key.operator)})
        self._city = CityConditions(self._recorder.file.full_loads())
        self._works = KnownWorks(announced_works(settings.works, context.time_zone))
        self._hears_room = settings.situation is not None and settings.situation.suppress_alarms
        self._mqtt = Mqtt(
            context.broker,
            f"{context.site}-alarms-{operator or 'all'}",
            on_connect=self._connected,
            on_message=self._received,
            gather_s=_GATHER_S,
        )
        self._notifier = Notifier(context)
        self._publisher = AlarmPublisher(context.site, partial(self._mqtt.publish, retain=True))
        self._stepped_s = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        silent, stored, loads, notify = map(_Due, (_SILENT_EVERY_S, _STORED_EVERY_S, _LOADS_EVERY_S, _NOTIFY_EVERY_S))
        loop = asyncio.get_running_loop()
        self._mqtt.start()
        try:
            while not await wait_for_stop(stop, _TICK_S):
                self._stepped_s = time.monotonic()
                now_s = loop.time()
                if stored(now_s):
                    await self._look_into_store()
                if silent(now_s):
                    self._observe(self._city.silent(clock.now_ms()))
                    self._observe(self._city.failed_lamps(self._book.alarms))
                    if self._mqtt.state.connected:
                        await self._recorder.save_followed(clock.now_ms())
                await self._step(loads=loads(now_s))
                if notify(now_s):
                    await self._notifier.step(self._book.alarms)
        finally:
            await self._mqtt.stop()
            await self._notifier.close()
            await self._recorder.save(self._book, self._city.full_loads())
            await self._health.close()
            await self._recorder.close()

    async def _step(self, *, loads: bool) -> None:
        """Apply what operators did and what time does; store and publish what changed."""
        now_ms = clock.now_ms()
        applied = []
        for number, action in await self._recorder.waiting():
            if self._operator in (None, action.key.operator):
                self._recorder.add(self._book.apply(action, now_ms))
                applied.append(number)
        self._recorder.add(self._book.tick(now_ms))
        self._recorder.add(self._book.hide(now_ms))
        self._recorder.add(self._book.suppress(self._works.by_subject(now_ms), now_ms))
        if self._book.changed or applied or loads:
            saved = await self._recorder.save(self._book, self._city.full_loads() if loads else {}, applied)
            self._publisher.add(owner_of(key) for key in saved)
        if self._mqtt.state.connected:
            self._publisher.publish(self._book.alarms)

    async def _look_into_store(self) -> None:
        rows = await self._health.read(clock.now_ms())
        for measurement, subject, values in rows or []:
            if self._operator not in (None, subject.operator) or not subject.asset:
                continue
            if measurement == "completeness":
                self._observe(self._city.hear_completeness(subject, round(values["expected"]), round(values["read"])))
            else:
                self._observe(self._city.hear_stored(measurement, subject, values))

    def _observe(self, observations: Iterator[Observation]) -> None:
        now_ms = clock.now_ms()
        for one in observations:
            self._recorder.add(self._book.observe(one, now_ms))

    def _connected(self) -> None:
        every = [topics.every_gateway(self._site, "state", self._operator or "+"), topics.every_worker(self._site)]
        self._mqtt.subscribe(topics.every_asset(self._site, self._operator or "+"), *every)
        self._mqtt.subscribe(topics.rollouts(self._site))
        if self._hears_room:
            self._mqtt.subscribe(topics.room_works(self._site))
        self._publisher.add(owner_of(key) for key in self._book.alarms)

    def _received(self, message: Message) -> None:
        try:
            self._sort(message)
        except ValueError as error:
            log.warning("ignored a message on %s: %s", message.topic, error)

    def _sort(self, message: Message) -> None:
        city, alarm = topics.parse_city(message.topic), topics.parse_alarm(message.topic)
        gateway, worker = topics.parse_gateway(message.topic), topics.parse_worker(message.topic)
        if message.topic == topics.room_works(self._site):
            self._works.hear_room(message.payload)
        elif message.topic == topics.rollouts(self._site):
            self._observe(self._city.hear_rollouts(_rollouts(message.payload)) if message.payload else iter(()))
        elif alarm is not None:
            if message.retained and message.payload:  # of an earlier run: it may be over
                self._publisher.add([AlarmOwner(alarm.operator, alarm.asset)])
        elif city is not None and not message.payload:
            self._city.remove(message.topic)
            self._recorder.add(self._book.forget(city.operator, city.asset, clock.now_ms()))
        elif city is not None:
            self._observe(self._city.hear_asset(message.topic, _city(message.payload)))
        elif gateway is not None and message.payload:
            self._observe(self._city.hear_gateway(gateway.sender, _gateway(message.payload)))
        elif gateway is not None:
            self._recorder.add(self._book.forget(gateway.sender.operator, gateway.sender.gateway, clock.now_ms()))
        elif worker is not None:
            self._city.hear_worker(worker, _worker(message.payload) if message.payload else None)

    def stuck(self) -> bool:
        """Return whether it makes no progress: a step takes a part of a second, and the store's answers half a minute."""
        return time.monotonic() - self._stepped_s > _STUCK_AFTER_S

    def samples(self) -> Iterable[Metric]:
        """Yield how many alarms there are, and whether they are followed and stored."""
        raised = [alarm for alarm in self._book.alarms.values() if alarm.state is not None]
        suppressed = sum(alarm.suppressed_by is not None for alarm in raised)
        waiting = sum(alarm.state is AlarmState.UNACKNOWLEDGED and alarm.suppressed_by is None for alarm in raised)
        yield gauge("street_alarms_raised", "Alarms of the centre, acknowledged or not", len(raised) - suppressed)
        yield gauge("street_alarms_unacknowledged", "Alarms that nobody has acknowledged", waiting)
        yield gauge("street_alarms_suppressed", "Alarms that are expected during announced works", suppressed)
        yield gauge("street_alarms_connected", "Whether the alarms' broker is connected", self._mqtt.state.connected)
        yield from self._notifier.samples()

    def health(self) -> dict[str, object]:
        """Return whether the broker is connected, alarms are stored and contacts can be notified; and how many are raised."""
        connected = self._mqtt.state.connected
        raised = sum(alarm.state is not None and alarm.suppressed_by is None for alarm in self._book.alarms.values())
        unreached = self._notifier.failing()
        return {
            "ok": connected and not self._recorder.failing and not unreached,
            "alarms_connected": connected,
            "alarms_raised": raised,
            "alarms_unreached": unreached,
        }
