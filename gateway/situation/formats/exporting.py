"""The formats by name, what a recipient may export, and the export itself."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from gateway.model.instants import ms_of_iso
from gateway.situation.audience import seen_by
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.calendar.icalendar import ICALENDAR
from gateway.situation.formats.cap import CAP
from gateway.situation.formats.cifs import CIFS
from gateway.situation.formats.datex.european import DATEX_3
from gateway.situation.formats.datex.italian import DATEX_ITALIAN
from gateway.situation.formats.geojson import GEOJSON
from gateway.situation.formats.ngsi import NGSI_LD, NGSI_V2
from gateway.situation.formats.port import ExchangeFormat, Export, ExportedSituation, ExportRequest, LeftOut
from gateway.situation.formats.siri import SIRI_IT
from gateway.situation.formats.wzdx import WZDX
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.situation import Situation

FORMATS: Mapping[str, ExchangeFormat] = MappingProxyType(
    {one.name: one for one in (GEOJSON, ICALENDAR, CAP, WZDX, CIFS, DATEX_ITALIAN, DATEX_3, SIRI_IT, NGSI_V2, NGSI_LD)}
)

KEPT_AFTER_END_MS = 7 * 86_400_000
"""How long what has ended or was cancelled stays in feeds, so that whoever reads them once a day learns of it."""


def exported_situation(history: Sequence[tuple[int, Situation]], recipient: str | None, parties: Parties) -> ExportedSituation | None:
    """Return a situation with its earlier versions as a recipient saw them; None if he may see nothing of it now.

    Args:
        history: Everything that was done with it, oldest first: the number of each action, and the situation after it.
        recipient: An organisation, or None for the public.
        parties: The organisations of the site.
    """
    number, present = history[-1]
    seen = seen_by(present, recipient, parties)
    if seen is None:
        return None
    versions: dict[int, SituationFeature] = {}
    for _, one in history:
        earlier = seen_by(one, recipient, parties)
        if earlier is not None and one.version != present.version:
            versions[one.version] = earlier
    return ExportedSituation(seen, tuple(versions[version] for version in sorted(versions)), number)


def still_of_interest(one: ExportedSituation, now_ms: int) -> bool:
    """Return whether a situation belongs in a feed: it is not over, or has been so for less than a week."""
    return not one.said.state.over or now_ms - ms_of_iso(one.said.updated) < KEPT_AFTER_END_MS


def exported(exchange_format: ExchangeFormat, request: ExportRequest) -> Export:
    """Return situations in a format, and those that have no place in it."""
    reasons = {one.seen.id: _reason(exchange_format, one, request) for one in request.situations}
    left_out = [LeftOut(name, reason) for name, reason in reasons.items() if reason is not None]
    within = request._replace(situations=[one for one in request.situations if reasons[one.seen.id] is None])
    return Export(exchange_format.write(within), left_out)


def _reason(exchange_format: ExchangeFormat, one: ExportedSituation, request: ExportRequest) -> Bilingual | None:
    said, title = one.said, exchange_format.title
    if said.kind.member not in exchange_format.kinds:
        return Bilingual(f"{title} has no events of the kind '{said.kind}'", f"{title} non ha eventi del tipo '{said.kind}'")
    if said.state not in exchange_format.states:
        return Bilingual(f"what is {said.state} has no place in {title}", f"ciò che è '{said.state}' non ha posto in {title}")
    if said.exercise and exchange_format.exercises is None:
        return Bilingual(f"{title} can't mark an exercise", f"{title} non può contrassegnare un'esercitazione")
    return exchange_format.obstacle(one, request)


def lost_fields(exchange_format: ExchangeFormat, situations: Iterable[ExportedSituation]) -> Counter[str]:
    """Return in how many situations something is said that a format has no place for at all, by its field."""
    documents = [msgspec.to_builtins(one.seen) for one in situations]
    return Counter(
        {
            loss.field: count
            for loss in exchange_format.losses
            if not loss.partly and (count := sum(_says(one, loss.field) for one in documents))
        }
    )


def _says(document: dict[str, Any], field: str) -> bool:
    parts: list[Any] = [document.get("geometry") if field == "geometry" else document["properties"]]
    for name in [] if field == "geometry" else field.split("."):
        below = [value for part in parts if isinstance(part, dict) and (value := part.get(name)) not in (None, [], {})]
        parts = [one for value in below for one in (value if isinstance(value, list) else [value])]
    return any(one is not None for one in parts)
