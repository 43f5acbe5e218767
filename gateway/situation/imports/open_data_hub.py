"""Announcements of the Open Data Hub of South Tyrol (content API, /v1/Announcement), as JSON.

Its ends are made from days as midnight in UTC, by which the last day is lost: such an end is named, and kept as it is.
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gateway.model.untrusted_json import json_reader
from gateway.situation.bilingual import Bilingual
from gateway.situation.imports.drafts import ImportDraft, line_of
from gateway.situation.imports.port import ImportedSituation, ImportRejected, require_count, require_size

_KINDS = MappingProxyType(
    {
        "traffic-event:road-work": "roadworks",
        "traffic-event:maintenance": "roadworks",
        "traffic-event:closure": "closure",
        "traffic-event:accident": "accident",
        "traffic-event:congestion": "traffic",
        "traffic-event:event": "publicevent",
    }
)
_GENERAL = frozenset({"announcement:traffic-event", "traffic-event:hindrance", "traffic-event:current"})
"""Tags that say nothing of the kind."""


class _Position(msgspec.Struct):
    Latitude: float
    Longitude: float


class _Place(msgspec.Struct):
    position: _Position | None = None


class _Detail(msgspec.Struct):
    Title: str | None = None
    BaseText: str | None = None


class _Licence(msgspec.Struct):
    License: str | None = None


class _Announcement(msgspec.Struct):
    Id: str
    Active: bool = True
    StartTime: str | None = None
    EndTime: str | None = None
    TagIds: list[str] = []
    Geo: _Place | None = None
    Detail: dict[str, _Detail] = {}
    LicenseInfo: _Licence | None = None


_document = json_reader(object)


def read_open_data_hub(content: bytes, _zone: ZoneInfo) -> list[ImportedSituation]:
    """Return the announcements of a page, or of a list.

    Raises:
        ImportRejected: It is neither.
    """
    require_size(content)
    try:
        document = _document(content)
    except ValueError as error:
        raise ImportRejected(f"the document is not JSON: {error}", f"il documento non è JSON: {error}") from error
    items = document.get("Items") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise ImportRejected("the document has no list 'Items' of announcements", "il documento non ha una lista 'Items' di annunci")
    require_count(len(items))
    return [found for number, item in enumerate(items) for found in _imported(item, number)]


def _imported(item: object, number: int) -> Iterator[ImportedSituation]:
    try:
        announcement = msgspec.convert(item, _Announcement)
    except msgspec.ValidationError as error:
        yield ImportDraft(f"#{number}").refuse(Bilingual(f"it is no announcement: {error}", f"non è un annuncio: {error}"))
        return
    draft = ImportDraft(announcement.Id)
    if announcement.Active:
        _fill(draft, announcement)
        yield draft.finish()
    else:
        yield draft.refuse(Bilingual("it is over: not active", "è terminata: non attiva"))


def _fill(draft: ImportDraft, said: _Announcement) -> None:
    found = [_KINDS[tag] for tag in said.TagIds if tag in _KINDS]
    draft.properties["kind"] = found[0] if found else "other"
    for tag in said.TagIds:
        if tag not in _GENERAL and _KINDS.get(tag) != draft.properties["kind"]:
            draft.deviate(f"the tag {tag} is not read", f"il tag {tag} non viene letto")
    texts = _texts(draft, said.Detail)
    draft.set_texts([text for text in (texts.Title, texts.BaseText) if text])
    times = {"planned_start": said.StartTime, "planned_end": said.EndTime}
    draft.properties["timing"] = {key: text for key, text in times.items() if text is not None}
    if said.EndTime is not None and said.EndTime.endswith("T00:00:00Z"):
        draft.deviate(
            f"the end {said.EndTime} is midnight in UTC: the whole of that day may be meant",
            f"la fine {said.EndTime} è la mezzanotte UTC: forse si intende l'intero giorno",
        )
    if said.Geo is not None and said.Geo.position is not None:
        draft.geometry = {"type": "Point", "coordinates": [said.Geo.position.Longitude, said.Geo.position.Latitude]}
    draft.properties["audience"] = {"public": True}
    licence = None if said.LicenseInfo is None else said.LicenseInfo.License
    draft.properties["provenance"] = {"reference": line_of(draft.source)} | ({} if licence is None else {"licence": licence})


def _texts(draft: ImportDraft, details: dict[str, _Detail]) -> _Detail:
    language = "it" if "it" in details else next(iter(details), None)
    others: list[Any] = [one for one in details if one != language]
    if language is None:
        return _Detail()
    if language != "it":
        draft.deviate(f"the text is not in Italian but in: {language}", f"il testo non è in italiano ma in: {language}")
    if others:
        draft.deviate(f"texts in {', '.join(others)} are not read", f"i testi in {', '.join(others)} non vengono letti")
    return details[language]
