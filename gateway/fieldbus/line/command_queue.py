"""The commands that wait for a line."""

import asyncio
import math
from collections import deque
from collections.abc import Callable

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, Outcome, OutcomeStatus

_EXPIRED = Outcome(OutcomeStatus.EXPIRED, "the line was busy until the command expired")
_STOPPED = Outcome(OutcomeStatus.LINE_DOWN, "the line has stopped")


class QueuedCommand:
    """A command and the caller that waits for its outcome."""

    def __init__(self, device: BoundDevice, command: Command, expires_at_s: float) -> None:
        self.device, self.command, self._expires_at_s = device, command, expires_at_s
        loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Outcome] = loop.create_future()
        self._expiry = loop.call_at(expires_at_s, self.finish, _EXPIRED) if expires_at_s < math.inf else None

    def begin(self) -> bool:
        """Begin the command; return False if it has expired or its caller has gone."""
        if self._expires_at_s <= asyncio.get_running_loop().time():
            self.finish(_EXPIRED)
        if self._expiry is not None:
            self._expiry.cancel()
        return not self.outcome.done()

    def finish(self, outcome: Outcome) -> None:
        """Pass the outcome to the caller, if it still waits."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)


class CommandQueue:
    """Commands in the order of arrival. `wake` is called when one arrives."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._waiting: deque[QueuedCommand] = deque()
        self._begun: QueuedCommand | None = None
        self._closed = False

    @property
    def waiting(self) -> bool:
        """Whether commands may be waiting."""
        return bool(self._waiting)

    async def execute(self, device: BoundDevice, command: Command, expires_at_s: float) -> Outcome:
        """Queue a command and wait for its outcome. A caller that is cancelled withdraws a command that has not begun."""
        if self._closed:
            return _STOPPED
        queued = QueuedCommand(device, command, expires_at_s)
        self._waiting.append(queued)
        self._wake()
        return await queued.outcome

    def begin(self) -> QueuedCommand | None:
        """Take the next command that is still wanted."""
        while self._waiting:
            queued = self._waiting.popleft()
            if queued.begin():
                self._begun = queued
                return queued
        return None

    def open(self) -> None:
        """Accept commands (again): the line runs."""
        self._closed = False

    def close(self) -> None:
        """Release all callers: the line has stopped."""
        self._closed = True
        for queued in (*self._waiting, *([self._begun] if self._begun is not None else [])):
            queued.finish(_STOPPED)
        self._waiting.clear()
