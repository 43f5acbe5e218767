"""The messages that follow from what happens to situations: a public tree, and an inbox for each organisation. Pure.

What is for some organisations alone is in their inboxes: whoever may read a topic reads all that the broker retains there. An inbox has the
situations in whose audience its organisation is. What everybody may see is in the public tree, once.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from gateway.centre.situation.cloud_events import event_of, fitting
from gateway.centre.situation.port import HistoryEntry, SituationStore
from gateway.model import topics
from gateway.situation.audience import PUBLIC, seen_by
from gateway.situation.event.document import SituationFeature
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.permissions import audience_of
from gateway.situation.lifecycle.situation import Situation

RETAINED_MS = 61 * 60_000
"""How long what is over stays retained: an hour, and a minute for clocks that differ."""

Recipient = str | None
"""An organisation, or the public (None)."""


class Directory(NamedTuple):
    """Who takes part in the Situation Room of a site: the topics follow from that."""

    site: str
    parties: Parties

    def recipients(self, situation: Situation) -> set[Recipient]:
        """Return who is sent a situation: the organisations of its audience, and the public if it is public."""
        organisations: set[Recipient] = {one for one in audience_of(situation, self.parties) if one in self.parties.organisations}
        return organisations | {PUBLIC} if situation.content.audience.public else organisations

    def view(self, situation: Situation, recipient: Recipient) -> SituationFeature | None:
        """Return what a recipient is sent of a situation; None if nothing."""
        seen = seen_by(situation, recipient, self.parties) if recipient in self.recipients(situation) else None
        return None if seen is None else fitting(seen)

    def topic(self, situation: Situation, recipient: Recipient) -> str:
        """Return the topic of a situation for a recipient."""
        return topics.situation(self.site, recipient, situation.content.kind.member, situation.id)


class OutgoingMessage(NamedTuple):
    """A message about an entry of the history; an empty payload is a tombstone. After `until_ms`, if any, it is not retained."""

    topic: str
    number: int
    payload: bytes
    until_ms: int | None = None


class EntryMessages(NamedTuple):
    """The messages that follow from one entry of the history."""

    number: int
    messages: list[OutgoingMessage]


def messages_since(store: SituationStore, directory: Directory, number: int, most: int) -> list[EntryMessages]:
    """Return the messages about the entries after one of the history, in order, for at most so many entries.

    Who may not see a situation any more is no longer sent what it was before.

    Raises:
        SituationsUnavailable: The store can't be used.
    """
    found = []
    present: dict[str, set[Recipient]] = {}
    for entry in store.since(number, most):
        after = entry.recorded.situation
        before = store.of_revision(after.id, after.revision - 1) if after.revision > 1 else None
        if after.id not in present:
            present[after.id] = directory.recipients(store.get(after.id) or after)
        earlier = None if before is None else before.recorded.situation
        found.append(EntryMessages(entry.number, list(_messages(directory, entry, earlier, present[after.id]))))
    return found


def _messages(directory: Directory, entry: HistoryEntry, before: Situation | None, present: set[Recipient]) -> Iterator[OutgoingMessage]:
    after = entry.recorded.situation
    old = set[Recipient]() if before is None else directory.recipients(before)
    new = directory.recipients(after) & present
    for recipient in sorted(old | new, key=lambda one: one or ""):
        if recipient not in new:
            yield tombstone(directory.topic(after, recipient), entry.number)
        elif before is None or recipient not in old or directory.view(before, recipient) != directory.view(after, recipient):
            yield message_of(directory, entry, recipient)


def message_of(directory: Directory, entry: HistoryEntry, recipient: Recipient) -> OutgoingMessage:
    """Return the message for a recipient who may see the situation of an entry."""
    situation = entry.recorded.situation
    seen = directory.view(situation, recipient)
    if seen is None:
        raise ValueError(f"{recipient} may not see {situation.id}")
    payload = msgspec.json.encode(event_of(directory.site, recipient, entry, seen))
    return OutgoingMessage(directory.topic(situation, recipient), entry.number, payload, retained_until_ms(situation))


def tombstone(topic: str, number: int = 0) -> OutgoingMessage:
    """Return the message that makes everybody forget what is retained on a topic."""
    return OutgoingMessage(topic, number, b"")


def retained_until_ms(situation: Situation) -> int | None:
    """Return until when a situation is retained; None if it is not over."""
    return situation.since_ms + RETAINED_MS if situation.state.over else None


def entry_of_view(store: SituationStore, directory: Directory, situation: Situation, recipient: Recipient) -> HistoryEntry | None:
    """Return the entry since which a recipient sees a situation as it is; None if it has changed meanwhile."""
    newest = store.of_revision(situation.id, situation.revision)
    seen = directory.view(situation, recipient)
    while newest is not None and newest.recorded.situation.revision > 1:
        earlier = store.of_revision(situation.id, newest.recorded.situation.revision - 1)
        if earlier is None or directory.view(earlier.recorded.situation, recipient) != seen:
            break
        newest = earlier
    return newest
