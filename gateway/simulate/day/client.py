"""The port through which a simulated organisation reaches the Situation Room."""

from typing import NamedTuple, Protocol

from gateway.simulate.day.acts import DayStep
from gateway.simulate.day.inbox import DayInbox


class DayReply(NamedTuple):
    """What the room answered: the version after the act, or why it was not done."""

    done: bool
    version: int | None = None
    reason: str = ""


class DayCall(NamedTuple):
    """A step with the organisation's own number of the request, and the version that the step is about (0: none)."""

    step: DayStep
    request: str
    version: int


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
