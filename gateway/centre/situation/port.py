"""The port to a store of situations: their whole history, in order."""

from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

import msgspec

from gateway.situation.lifecycle.actions import SituationAction
from gateway.situation.lifecycle.parties import Actor
from gateway.situation.lifecycle.situation import Situation


class RecordedAction(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what when, and the situation after it.

    `request` is the sender's own number of what it sent: the same again, of the same organisation, is not done twice.
    """

    organisation: str | None
    person: str
    at_ms: int
    action: SituationAction
    situation: Situation
    request: str | None = None

    @property
    def actor(self) -> Actor:
        """Who did it."""
        return Actor(self.organisation, self.person)


class HistoryEntry(NamedTuple):
    """A recorded action and its number in the order of everything that was ever done; numbers only go up."""

    number: int
    recorded: RecordedAction


class RevisionTaken(Exception):
    """Somebody else has changed the situation meanwhile, or has sent the same request: read again, and try again."""


class SituationsUnavailable(Exception):
    """The store can't be used."""


class SituationStore(Protocol):
    """Where situations are. Every method raises SituationsUnavailable if the store can't be used."""

    def append(self, recorded: RecordedAction) -> int:
        """Write an action durably and return its number: when it returns, the action survives whatever happens.

        Raises:
            RevisionTaken: The revision is not the one after the last, or the request was made before.
        """
        ...

    def get(self, situation: str) -> Situation | None:
        """Return a situation as it is; None if there is none of that name."""
        ...

    def present(self) -> list[Situation]:
        """Return every situation as it is, in the order of their names."""
        ...

    def history(self, situation: str) -> list[HistoryEntry]:
        """Return everything that was done with a situation, oldest first."""
        ...

    def of_revision(self, situation: str, revision: int) -> HistoryEntry | None:
        """Return the entry with a revision of a situation; None if there is none."""
        ...

    def since(self, number: int, most: int) -> list[HistoryEntry]:
        """Return what was done after an entry, oldest first, at most so many."""
        ...

    def of_request(self, organisation: str, request: str) -> HistoryEntry | None:
        """Return what an organisation's request has done; None if it was not made yet."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Return a context within which actions are written together: they are durable at its end, if it does not raise.

        If it raises, nobody knows which were written.
        """
        ...

    def newest(self) -> int:
        """Return the number of the last entry; 0 if nothing was ever done."""
        ...

    def wait(self, number: int, timeout_s: float) -> bool:
        """Wait until something was done after an entry, by whatever process, at most so long, and return whether there is something.

        It blocks: whoever waits opens a store of its own.
        """
        ...

    def position(self, reader: str) -> int | None:
        """Return the number up to which a reader has delivered what was done; None if it has saved none."""
        ...

    def save_position(self, reader: str, number: int) -> None:
        """Write durably up to which number a reader has delivered what was done."""
        ...

    def close(self) -> None:
        """Close the store."""
        ...
