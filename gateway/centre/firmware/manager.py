"""Runs roll-outs: stores what changes, and only then gives orders; so a centre that is killed goes on where it was."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.health import before
from firmware_tools.rollout.machine import GivenOrder, StreetView
from firmware_tools.rollout.state import RolloutState
from firmware_tools.rollout.summary import status_of
from gateway.centre.firmware.book import RolloutBook
from gateway.centre.firmware.file import RolloutNews, RolloutRequest, names_in
from gateway.centre.firmware.inventory import Inventory
from gateway.centre.firmware.post import OrderPost
from gateway.centre.firmware.recorder import RolloutRecorder
from gateway.centre.firmware.sight import StreetSight
from gateway.centre.firmware.store_access import RolloutStore
from gateway.centre.firmware.store_rows import count_row, event_rows
from gateway.centre.firmware.survey import Survey, asked_of
from gateway.host.threads import OneThread
from gateway.model.messages import FirmwareAnswer, RolloutsMessage

log = logging.getLogger(__name__)

_SHOWN = 20
"""How many roll-outs are published: the newest."""


class RolloutManager:
    """The roll-outs of a site.

    Args:
        site: The name of the site.
        path: The file of roll-outs.
        store: The store of readings.
        send: Publishes a message on a topic.

    Raises:
        StoreUnavailable: The file can't be opened.
    """

    def __init__(self, site: str, path: Path, store: RolloutStore, send: Callable[[str, bytes], Any]) -> None:
        self._site, self._store, self._recorder = site, store, RolloutRecorder(path)
        file = self._recorder.file
        self.book = RolloutBook(file.load())
        self.sight, self.inventory, self.post = StreetSight(), Inventory(file.known()), OrderPost(site, send)
        self._statuses = {one.id: status_of(one) for one in file.load(_SHOWN)}
        self._surveys: dict[int, Survey] = {}
        self._given: list[GivenOrder] = []
        self._answers: dict[int, str | None] = {}
        self._stored = OneThread("rollouts-store")

    @property
    def failing(self) -> bool:
        """Whether the file can't be used."""
        return self._recorder.failing

    def hear_answer(self, name: DeviceName, answer: FirmwareAnswer, now_ms: int) -> None:
        """Accept what a gateway says about an order."""
        self.post.heard(answer.order, now_ms)
        ours = self.book.hear(name, answer, now_ms)
        if asked_of(self._surveys, answer.order, name) or (ours and answer.state == "succeeded"):
            self.inventory.hear_answer(name, answer)

    async def step(self, now_ms: int, *, sees: bool) -> None:
        """Do what people want and what time does; store it, and give orders. Without a connection (`sees`), nobody is judged or ordered."""
        await self._take_requests(now_ms)
        if sees:
            given = self.book.step(now_ms, StreetView(self.sight.online, self.sight.seen))
            for one in given:
                if not one.cancel:
                    await self._look_at(one, now_ms)
            self._given += given
        if await self._save() and sees:
            self._send(now_ms)

    async def store_counts(self, now_ms: int) -> None:
        """Store how far roll-outs are, and learn which versions devices report in their readings."""
        await self._stored.run(self._store.write, [count_row(self._site, one, now_ms) for one in self.book.rollouts])
        for name, version in (await self._stored.run(self._store.versions, now_ms)).items():
            self.inventory.hear_version(name, version)

    def message(self) -> bytes:
        """Return the message about roll-outs: those that have not ended, and the newest that have."""
        newest = sorted(self._statuses.values(), key=lambda one: int(one.id[1:]))[-_SHOWN:]
        return msgspec.json.encode(RolloutsMessage(1, newest))

    async def close(self) -> None:
        """Close the file and the store."""
        await self._save()
        await self._stored.run(self._store.close)
        self._stored.close()
        await self._recorder.close()

    async def _take_requests(self, now_ms: int) -> None:
        """Apply what people want. What a survey asks is answered when it is done."""
        for one in await self._recorder.requests():
            if one.number in self._answers or one.number in self._surveys:
                continue
            if one.verb == "ask":
                self._begin_survey(one)
            else:
                self._answers[one.number] = self.book.apply(one, now_ms)

    def _begin_survey(self, request: RolloutRequest) -> None:
        try:
            self._surveys[request.number] = Survey(request.number, names_in(request.body))
        except msgspec.MsgspecError as error:
            self._answers[request.number] = f"this centre can't read the question: {error}"

    async def _look_at(self, given: GivenOrder, now_ms: int) -> None:
        """Remember how a device is before its first order: after a failed attempt it may be ill already."""
        device = given.device
        if device.attempts > 1 and device.was.values:
            return
        seen = self.sight.seen(device.name)
        ranges = {} if seen is None else await self._stored.run(self._store.ranges, device.name, list(seen.values), now_ms)
        device.was = before(seen, ranges)

    async def _save(self) -> bool:
        """Store what changed; return whether that succeeded, so that orders may be given."""
        changed, news, answers = self.book.changed, list(self.book.news), dict(self._answers)
        known = [self.inventory.devices[name] for name in self.inventory.changed]
        if not (changed or news or answers or known):
            return True
        self.book.changed = {}
        if not await self._recorder.save(changed.values(), news, answers, known):
            self.book.changed = changed | self.book.changed
            return False
        self._statuses |= {one: status_of(rollout) for one, rollout in changed.items()}
        del self.book.news[: len(news)]
        self._answers = {}
        self.inventory.changed -= {one.name for one in known}
        await self._tell(news)
        return True

    async def _tell(self, news: list[RolloutNews]) -> None:
        """Log and store what happened."""
        for one in news:
            log.info("roll-out %s: %s %s", one.rollout, one.device, one.text.en)
        if news:
            stopped = {one.id for one in self.book.rollouts if one.state is RolloutState.STOPPED}
            await self._stored.run(self._store.write, list(event_rows(self._site, news, stopped)))

    def _send(self, now_ms: int) -> None:
        """Give the orders that are stored, repeat those that nobody answered, and ask devices what they are."""
        given, self._given = self._given, []
        by_id = {one.id: one for one in self.book.rollouts}
        for one in given:
            rollout = by_id.get((one.device.order or "").partition("-")[0])
            if rollout is not None:
                self.post.give(rollout, one.device, now_ms, cancel=one.cancel)
        in_hand = list(self.book.in_hand())
        for rollout, device in in_hand:
            self.post.repeat(rollout, device, now_ms)
        self.post.forget({device.order for _, device in in_hand if device.order is not None})
        for number, survey in list(self._surveys.items()):
            for question in survey.step(now_ms, self.sight.online):
                self.post.ask(question, now_ms)
            if survey.done:
                del self._surveys[number]
                self._answers[number] = None
