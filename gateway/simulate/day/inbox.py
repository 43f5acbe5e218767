"""What a simulated organisation has received, in order."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

Channel = Literal["public", "own", "stream"]
"""Where something came from: the public tree or the own inbox of the broker, or the API's stream."""


class Receipt(NamedTuple):
    """A situation as it was received; `number` is that of the change in the history of the room."""

    channel: Channel
    situation: str
    number: int
    version: int
    state: str


def receipt_of(channel: Channel, number: int, feature: dict[str, Any]) -> Receipt:
    """Return the receipt of a feature."""
    properties = feature["properties"]
    return Receipt(channel, feature["id"], number, properties["version"], properties["state"])


class DayInbox:
    """Everything that an organisation received."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self._changed = asyncio.Event()

    def add(self, receipt: Receipt) -> None:
        """Add what has come."""
        self.receipts.append(receipt)
        self._changed.set()

    def version_of(self, situation: str) -> int:
        """Return the newest version of a situation that has come; 0 if none has."""
        return max((one.version for one in self.receipts if one.situation == situation), default=0)

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
