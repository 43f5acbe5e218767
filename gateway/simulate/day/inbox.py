"""What a simulated organisation has received, in order."""

import asyncio
from collections.abc import Callable

from gateway.simulate.day.records import ReceivedChange


class DayInbox:
    """Everything that an organisation received."""

    def __init__(self) -> None:
        self.changes: list[ReceivedChange] = []
        self._changed = asyncio.Event()

    def add(self, change: ReceivedChange) -> None:
        """Add what has come."""
        self.changes.append(change)
        self._changed.set()

    def version_of(self, situation: str) -> int:
        """Return the newest version of a situation that has come; 0 if none has."""
        return max((one.version for one in self.changes if one.situation == situation), default=0)

    async def until(self, ready: Callable[[], bool], within_s: float) -> bool:
        """Wait until what has come is enough, and return whether it is."""
        try:
            async with asyncio.timeout(within_s):
                while not ready():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True
