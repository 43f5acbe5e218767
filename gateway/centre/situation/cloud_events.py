"""The CloudEvents that recipients are sent about situations. Pure."""

from gateway.centre.situation.port import HistoryEntry
from gateway.model.instants import iso_utc
from gateway.situation.event.document import SituationEvent, SituationFeature, type_of


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


def source_of(site: str, recipient: str | None) -> str:
    """Return the source of the CloudEvents for an organisation, or for the public (None): they differ, as do their contents."""
    return f"/{site}/v1/sr/public" if recipient is None else f"/{site}/v1/sr/org/{recipient}"
