"""The role `alarms`: follows the city plane, the gateways and the store; keeps, publishes and stores the alarms of a site."""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import msgspec
from prometheus_client.core import Metric

from gateway.alarms.city import CityConditions
from gateway.alarms.messages import message_of
from gateway.alarms.observation import Observation
from gateway.alarms.state import Alarm, AlarmBook, AlarmKey, AlarmState, Transition
from gateway.centre.alarms.file import AlarmFile
from gateway.centre.alarms.stored_health import StoredHealth
from gateway.centre.role import RoleContext
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import StoreUnavailable
from gateway.host import clock
from gateway.host.http_server import gauge
from gateway.host.mqtt import Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.model import topics
from gateway.model.messages import CityMessage, GatewayState, WorkerState
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

_TICK_S, _SILENT_EVERY_S, _STORED_EVERY_S, _LOADS_EVERY_S = 1.0, 10.0, 60.0, 600.0
_PUBLISHED_A_TICK = 500
_GATHER_S = 0.2
_STUCK_AFTER_S = 120.0

_city, _gateway, _worker = json_reader(CityMessage), json_reader(GatewayState), json_reader(WorkerState)


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
        self._file, self._thread = _opened(Path(settings.alarms_path())), OneThread("alarms")
        self._book = AlarmBook({key: alarm for key, alarm in self._file.load().items() if operator in (None, key.operator)})
        self._city = CityConditions(self._file.full_loads())
        self._transitions: list[Transition] = []
        self._unpublished = {key[:2] for key in self._book.alarms}
        self._mqtt = Mqtt(
            context.broker,
            f"{context.site}-alarms-{operator or 'all'}",
            on_connect=self._connected,
            on_message=self._received,
            gather_s=_GATHER_S,
        )
        self._unsaved = False
        self._stepped_s = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        silent, stored, loads = _Due(_SILENT_EVERY_S), _Due(_STORED_EVERY_S), _Due(_LOADS_EVERY_S)
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
                    await self._save_followed()
                await self._step(loads=loads(now_s))
        finally:
            await self._mqtt.stop()
            await self._save(self._city.full_loads())
            await self._thread.run(self._health.close)
            await self._thread.run(self._file.close)
            self._thread.close()

    async def _step(self, *, loads: bool) -> None:
        """Apply what operators did and what time does; store and publish what changed."""
        now_ms = clock.now_ms()
        applied = []
        try:
            for number, action in await self._thread.run(self._file.waiting):
                if self._operator in (None, action.key.operator):
                    self._transitions += self._book.apply(action, now_ms)
                    applied.append(number)
        except sqlite3.Error as error:
            log.warning("can't read what operators did with alarms: %s; trying again", error)
        self._transitions += self._book.tick(now_ms)
        self._transitions += self._book.hide(now_ms)
        if self._book.changed or applied or loads:
            await self._save(self._city.full_loads() if loads else {}, applied)
        self._publish()

    async def _save(self, full_loads: Mapping[str, float], applied: Iterable[int] = ()) -> None:
        """Store what changed; if that fails, it is stored with what changes next."""
        keys, transitions = set(self._book.changed), list(self._transitions)
        changed: dict[AlarmKey, Alarm | None] = {}
        for key in keys:
            alarm = self._book.alarms.get(key)
            changed[key] = None if alarm is None else msgspec.structs.replace(alarm)
        try:
            await self._thread.run(self._file.save, changed, transitions, applied)
            if full_loads:
                await self._thread.run(self._file.save_full_loads, full_loads)
        except sqlite3.Error as error:
            if not self._unsaved:
                log.error("can't store alarms: %s; trying again", error)  # noqa: TRY400 — the sentence is for the operator
            self._unsaved = True
            return
        self._unsaved = False
        self._book.changed -= keys
        del self._transitions[: len(transitions)]
        self._unpublished |= {key[:2] for key in keys}
        for one in transitions:
            log.info("alarm %s: %s/%s %s %s %s", one.change, one.key.operator, one.key.asset, one.key.kind, one.key.part, one.by or "")

    async def _save_followed(self) -> None:
        """Write that alarms are followed now; while that fails, the operator's page says that they are not."""
        if self._mqtt.state.connected:
            with contextlib.suppress(sqlite3.Error):
                await self._thread.run(self._file.save_followed, clock.now_ms())

    def _publish(self) -> None:
        """Publish the alarms of some subjects that changed."""
        if not self._mqtt.state.connected or not self._unpublished:
            return
        some = sorted(self._unpublished)[:_PUBLISHED_A_TICK]
        mine = defaultdict[tuple[str, str], dict[AlarmKey, Alarm]](dict)
        for key, alarm in self._book.alarms.items():
            mine[key[:2]][key] = alarm
        for operator, asset in some:
            self._unpublished.discard((operator, asset))
            message = message_of(operator, asset, mine.get((operator, asset), {}))
            payload = b"" if message is None else msgspec.json.encode(message)
            published = self._mqtt.publish(topics.alarm(self._site, operator, asset), payload, retain=True)
            published.add_done_callback(partial(self._published, (operator, asset)))

    def _published(self, subject: tuple[str, str], done: "asyncio.Future[None]") -> None:
        if not done.cancelled() and done.exception() is not None:
            self._unpublished.add(subject)

    async def _look_into_store(self) -> None:
        rows = await self._thread.run(self._health.read, clock.now_ms())
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
            self._transitions += self._book.observe(one, now_ms)

    def _connected(self) -> None:
        every = [topics.every_gateway(self._site, "state", self._operator or "+"), topics.every_worker(self._site)]
        self._mqtt.subscribe(topics.every_asset(self._site, self._operator or "+"), *every)
        self._unpublished |= {key[:2] for key in self._book.alarms}

    def _received(self, message: Message) -> None:
        try:
            self._sort(message)
        except ValueError as error:
            log.warning("ignored a message on %s: %s", message.topic, error)

    def _sort(self, message: Message) -> None:
        city, alarm = topics.parse_city(message.topic), topics.parse_alarm(message.topic)
        gateway, worker = topics.parse_gateway(message.topic), topics.parse_worker(message.topic)
        if alarm is not None:
            if message.retained and message.payload:  # of an earlier run: it may be over
                self._unpublished.add((alarm.operator, alarm.asset))
        elif city is not None and not message.payload:
            self._city.remove(message.topic)
            self._transitions += self._book.forget(city.operator, city.asset, clock.now_ms())
        elif city is not None:
            self._observe(self._city.hear_asset(message.topic, _city(message.payload)))
        elif gateway is not None and message.payload:
            self._observe(self._city.hear_gateway(gateway.sender, _gateway(message.payload)))
        elif gateway is not None:
            self._transitions += self._book.forget(gateway.sender.operator, gateway.sender.gateway, clock.now_ms())
        elif worker is not None:
            self._city.hear_worker(worker, _worker(message.payload) if message.payload else None)

    def stuck(self) -> bool:
        """Return whether it makes no progress: a step takes a part of a second, and the store's answers half a minute."""
        return time.monotonic() - self._stepped_s > _STUCK_AFTER_S

    def samples(self) -> Iterable[Metric]:
        """Yield how many alarms there are, and whether they are followed and stored."""
        states = [alarm.state for alarm in self._book.alarms.values()]
        yield gauge("street_alarms_raised", "Alarms of the centre, acknowledged or not", len(states) - states.count(None))
        yield gauge("street_alarms_unacknowledged", "Alarms that nobody has acknowledged", states.count(AlarmState.UNACKNOWLEDGED))
        yield gauge("street_alarms_connected", "Whether the alarms' broker is connected", self._mqtt.state.connected)

    def health(self) -> dict[str, object]:
        """Return whether the broker is connected and alarms are stored, and how many are raised."""
        connected = self._mqtt.state.connected
        raised = sum(alarm.state is not None for alarm in self._book.alarms.values())
        return {"ok": connected and not self._unsaved, "alarms_connected": connected, "alarms_raised": raised}


def _opened(path: Path) -> AlarmFile:
    try:
        return AlarmFile(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"can't open the alarms {path}: {error}") from error
