"""The CloudEvents that recipients are sent about situations. Pure."""

import msgspec
from msgspec.structs import replace

from gateway.centre.situation.port import HistoryEntry
from gateway.model.instants import iso_utc
from gateway.situation.event.document import SituationEvent, SituationFeature, type_of

MOST_EVENT_BYTES = 512 << 10
"""Of the situation in an event. The broker disconnects who sends a packet of more than about 1 MiB."""


def event_of(site: str, recipient: str | None, entry: HistoryEntry, seen: SituationFeature) -> SituationEvent:
    """Return the CloudEvent about an entry of the history, with what an organisation, or the public (None), may see of the situation.

    Its `id` and `sequence` are the number of the entry: what is sent again after a crash has the same.
    """
    return SituationEvent(
        id=str(entry.number),
        source=source_of(site, recipient),
        type=type_of(seen.properties.kind.member),
        subject=seen.id,
        time=iso_utc(entry.recorded.at_ms),
        sequence=f"{entry.number:016d}",
        data=seen,
        informationstatus=seen.properties.information_status,
    )


def fitting(seen: SituationFeature) -> SituationFeature:
    """Return a situation that a message can hold: of many long comments the newest, and if need be no notes of answers."""
    said = seen.properties
    if not said.comments and not said.acknowledgements:
        return seen  # what its owner says is small
    while said.comments and _size(seen) > MOST_EVENT_BYTES:
        said = replace(said, comments=said.comments[(len(said.comments) + 1) // 2 :])
        seen = replace(seen, properties=said)
    if _size(seen) > MOST_EVENT_BYTES:
        seen = replace(seen, properties=replace(said, acknowledgements=tuple(replace(one, note=None) for one in said.acknowledgements)))
    return seen


def _size(seen: SituationFeature) -> int:
    return len(msgspec.json.encode(seen))


def source_of(site: str, recipient: str | None) -> str:
    """Return the source of the CloudEvents for an organisation, or for the public (None): they differ, as do their contents."""
    return f"/{site}/v1/sr/public" if recipient is None else f"/{site}/v1/sr/org/{recipient}"
