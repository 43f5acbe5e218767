"""Stores what changes about alarms, and reports it when it is stored."""

import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from gateway.alarms.state import Alarm, AlarmBook, AlarmKey, Transition
from gateway.centre.alarms.file import AlarmFile, WaitingAction
from gateway.centre.stores.port import StoreUnavailable
from gateway.host.threads import OneThread

log = logging.getLogger(__name__)


class AlarmRecorder:
    """The file of alarms, in a thread of its own; what can't be stored is stored with what changes next.

    Raises:
        StoreUnavailable: The file can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.file = _opened(path)
        self._thread = OneThread("alarms")
        self._transitions: list[Transition] = []
        self.failing = False
        """Whether the last attempt to store failed."""

    def add(self, transitions: Iterator[Transition]) -> None:
        """Log what happened when it is stored."""
        self._transitions += transitions

    async def waiting(self) -> list[WaitingAction]:
        """Return what operators did and nobody has applied; nothing if the file can't be read."""
        try:
            return await self._thread.run(self.file.waiting)
        except sqlite3.Error as error:
            log.warning("can't read what operators did with alarms: %s; trying again", error)
            return []

    async def save(self, book: AlarmBook, full_loads: Mapping[str, float], applied: Iterable[int] = ()) -> set[AlarmKey]:
        """Store what changed, and return which alarms did; none if they can't be stored now."""
        keys, transitions = set(book.changed), list(self._transitions)
        changed: dict[AlarmKey, Alarm | None] = {}
        for key in keys:
            alarm = book.alarms.get(key)
            changed[key] = None if alarm is None else msgspec.structs.replace(alarm)
        try:
            await self._thread.run(self.file.save, changed, transitions, applied)
            if full_loads:
                await self._thread.run(self.file.save_full_loads, full_loads)
        except sqlite3.Error as error:
            if not self.failing:
                log.error("can't store alarms: %s; trying again", error)  # noqa: TRY400 — the sentence is for the operator
            self.failing = True
            return set()
        self.failing = False
        book.changed -= keys
        del self._transitions[: len(transitions)]
        for one in transitions:
            log.info("alarm %s: %s/%s %s %s %s", one.change, one.key.operator, one.key.asset, one.key.kind, one.key.part, one.by or "")
        return keys

    async def save_followed(self, now_ms: int) -> None:
        """Write that alarms are followed now; while that fails, the operator's page says that they are not."""
        with contextlib.suppress(sqlite3.Error):
            await self._thread.run(self.file.save_followed, now_ms)

    async def close(self) -> None:
        """Close the file."""
        await self._thread.run(self.file.close)
        self._thread.close()


def _opened(path: Path) -> AlarmFile:
    try:
        return AlarmFile(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"can't open the alarms {path}: {error}") from error
