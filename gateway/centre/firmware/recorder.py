"""Stores what changes of roll-outs, in a thread of its own."""

import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from firmware_tools.rollout.device import KnownDevice
from firmware_tools.rollout.state import Rollout
from gateway.centre.firmware.file import RolloutFile, RolloutNews, RolloutRequest
from gateway.centre.stores.port import StoreUnavailable
from gateway.host.threads import OneThread

log = logging.getLogger(__name__)


class RolloutRecorder:
    """The file of roll-outs; what can't be stored must be given again.

    Raises:
        StoreUnavailable: The file can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.file = _opened(path)
        self._thread = OneThread("rollouts")
        self.failing = False
        """Whether the last attempt to use the file failed."""

    async def requests(self) -> list[RolloutRequest]:
        """Return what people want and nobody has answered; nothing if the file can't be read."""
        try:
            return await self._thread.run(self.file.requests)
        except sqlite3.Error as error:
            self._failed(error)
            return []

    async def save(
        self,
        rollouts: Iterable[Rollout],
        news: Sequence[RolloutNews],
        answers: Mapping[int, str | None],
        known: Sequence[KnownDevice],
    ) -> bool:
        """Store what changed; return whether that succeeded, so that orders may be given."""
        try:
            await self._thread.run(self.file.save, [_copy(one) for one in rollouts], news, answers)
            await self._thread.run(self.file.save_known, known)
        except sqlite3.Error as error:
            self._failed(error)
            return False
        self.failing = False
        return True

    async def close(self) -> None:
        """Close the file."""
        await self._thread.run(self.file.close)
        self._thread.close()

    def _failed(self, error: sqlite3.Error) -> None:
        if not self.failing:
            log.error("can't use the roll-outs: %s; no orders are given, trying again", error)
        self.failing = True


def _copy(rollout: Rollout) -> Rollout:
    """Return a copy to store: answers of gateways may change the other meanwhile."""
    return msgspec.structs.replace(rollout, devices=[msgspec.structs.replace(one) for one in rollout.devices])


def _opened(path: Path) -> RolloutFile:
    try:
        return RolloutFile(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"can't open the roll-outs {path}: {error}") from error
