"""What the broker retains of situations, compared with what it should: it may have lost what it had, or still have what is over. Pure."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from gateway.centre.situation.exchange.outgoing import (
    Directory,
    OutgoingMessage,
    Recipient,
    entry_of_view,
    message_of,
    retained_until_ms,
    tombstone,
)
from gateway.centre.situation.port import SituationStore
from gateway.model import topics
from gateway.situation.lifecycle.situation import Situation

_READ_AT_ONCE = 500


class RetainedEvent(NamedTuple):
    """What the broker retains on a topic: the number of the entry that it is about, and a digest of the situation."""

    number: int
    digest: bytes


class _Envelope(msgspec.Struct):
    """What is compared of a CloudEvent."""

    sequence: str
    data: msgspec.Raw


_envelope = msgspec.json.Decoder(_Envelope).decode
_UNREADABLE = RetainedEvent(0, b"")


def retained_event(payload: bytes) -> RetainedEvent:
    """Return what a retained message says; what can't be read has the number 0."""
    try:
        found = _envelope(payload)
        return RetainedEvent(int(found.sequence), _digest(bytes(found.data)))
    except (ValueError, RecursionError):
        return _UNREADABLE


class Differences(NamedTuple):
    """What the broker must be sent, and when the topics of what is over are cleared."""

    messages: list[OutgoingMessage]
    ends_ms: dict[str, int]


def differences(
    store: SituationStore, directory: Directory, retained: Mapping[str, RetainedEvent], position: int, now_ms: int
) -> Differences:
    """Return what is missing for the broker to retain every situation as it was after an entry of the history.

    What has happened after that entry is left out: messages about it follow.

    Raises:
        SituationsUnavailable: The store can't be used.
    """
    present = [one for one in store.present() if (retained_until_ms(one) or now_ms + 1) > now_ms]
    later = _changed_since(store, position)
    wanted = {directory.topic(one, who): (one, who) for one in present if one.id not in later for who in directory.recipients(one)}
    messages = [tombstone(topic) for topic in retained if topic not in wanted and _situation_of(topic) not in later]
    for topic, (situation, recipient) in wanted.items():
        if topic not in retained or retained[topic].digest != _digest_of(directory, situation, recipient):
            entry = entry_of_view(store, directory, situation, recipient)
            if entry is not None:
                messages.append(message_of(directory, entry, recipient))
    ends_ms = {topic: until_ms for topic, (one, _) in wanted.items() if (until_ms := retained_until_ms(one)) is not None}
    return Differences(messages, ends_ms)


def _changed_since(store: SituationStore, number: int) -> set[str]:
    found = set[str]()
    while entries := store.since(number, _READ_AT_ONCE):
        found |= {one.recorded.situation.id for one in entries}
        number = entries[-1].number
    return found


def _situation_of(topic: str) -> str | None:
    parsed = topics.parse_situation(topic)
    return None if parsed is None else parsed.situation


def _digest_of(directory: Directory, situation: Situation, recipient: Recipient) -> bytes:
    return _digest(msgspec.json.encode(directory.view(situation, recipient)))


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
