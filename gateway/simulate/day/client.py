"""The port through which a simulated organisation reaches the Situation Room."""

from typing import Protocol

from gateway.simulate.day.inbox import DayInbox
from gateway.simulate.day.records import DayCall, DayReply


class RoomUnreachable(Exception):
    """The room, its broker or its API can't be reached, or does not answer."""


class OrganisationClient(Protocol):
    """A simulated organisation. `inbox` fills while it is connected."""

    inbox: DayInbox

    async def connect(self) -> None:
        """Connect, and follow what happens.

        Raises:
            RoomUnreachable: That is not possible.
        """
        ...

    async def call(self, call: DayCall) -> DayReply:
        """Do a step, and return the answer.

        Raises:
            RoomUnreachable: There is none.
        """
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...
