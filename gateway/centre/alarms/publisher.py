"""Publishes the alarms of each subject that changed, as retained messages of the city plane."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

import msgspec

from gateway.alarms.messages import message_of
from gateway.alarms.state import Alarm, AlarmKey
from gateway.model import topics

_AT_ONCE = 500


class AlarmOwner(NamedTuple):
    """Whose alarms a message contains: an asset, gateway or worker of an operator."""

    operator: str
    asset: str


class AlarmPublisher:
    """Publishes what changed, some of it at a time.

    Args:
        site: The name of the site.
        send: Publishes a retained message on a topic; the future ends when the broker has it.
    """

    def __init__(self, site: str, send: "Callable[[str, bytes], asyncio.Future[None]]") -> None:
        self._site, self._send = site, send
        self._due: set[AlarmOwner] = set()

    def add(self, owners: Iterable[AlarmOwner]) -> None:
        """Publish the alarms of these subjects at the next opportunity."""
        self._due.update(owners)

    def publish(self, alarms: Mapping[AlarmKey, Alarm]) -> None:
        """Publish the alarms of some subjects that are due; an empty message if there are none any more."""
        if not self._due:
            return
        some = sorted(self._due)[:_AT_ONCE]
        mine = defaultdict[AlarmOwner, dict[AlarmKey, Alarm]](dict)
        for key, alarm in alarms.items():
            mine[owner_of(key)][key] = alarm
        for owner in some:
            self._due.discard(owner)
            message = message_of(*owner, mine.get(owner, {}))
            payload = b"" if message is None else msgspec.json.encode(message)
            self._send(topics.alarm(self._site, *owner), payload).add_done_callback(partial(self._published, owner))

    def _published(self, owner: AlarmOwner, done: "asyncio.Future[None]") -> None:
        if not done.cancelled() and done.exception() is not None:
            self._due.add(owner)


def owner_of(key: AlarmKey) -> AlarmOwner:
    """Return whose alarm it is."""
    return AlarmOwner(key.operator, key.asset)
