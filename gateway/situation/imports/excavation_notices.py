"""Notices of excavations of the utilities of Milan (data set ds925, avvisi di manomissione), as GeoJSON.

Its days are local midnight written in UTC, and the last one is included.
"""

from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gateway.model.untrusted_json import json_reader
from gateway.situation.imports.drafts import ImportDraft, line_of
from gateway.situation.imports.port import ImportedSituation, ImportRejected, require_count, require_size

_NUMBER, _FROM, _TO = "Numero di protocollo ingresso", "Data prevista inizio lavori", "Data prevista fine lavori"
_DAYS, _AREA, _SURFACE = "Totale giorni previsti di lavori", "Superficie occupata in mq", "Pavimentazione area occupata"
_PART, _UTILITY, _OWNER = "Tipologia area coinvolta", "Tipo di utility/attività", "Impresa proprietaria area concessione/autorizzazione"
_STREET, _FIRST, _LAST = "Nome via", "Civico o descrizione di Punto Inizio intervento", "Civico o descrizione di Punto Fine Intervento"
_READ = frozenset({_NUMBER, _FROM, _TO, _DAYS, _AREA, _PART, _UTILITY, _OWNER, _STREET, _FIRST, _LAST, _SURFACE})
_KNOWN = _READ | {
    "Feature_ID", "Data protocollo ingresso", "Coefficiente microzona", "Municipio", "CAP", "ID_NIL", "NIL",
    "LONG_X_4326", "LAT_Y_4326", "Location",
}  # fmt: skip

_PARTS = MappingProxyType({"Carreggiata": "carriageway", "Marciapiede": "footway"})


class _Notice(msgspec.Struct):
    properties: dict[str, Any]
    geometry: dict[str, Any] | None = None


class _Notices(msgspec.Struct):
    features: list[_Notice]


_notices = json_reader(_Notices)


def read_excavation_notices(content: bytes, zone: ZoneInfo) -> list[ImportedSituation]:
    """Return the notices of a feature collection.

    Raises:
        ImportRejected: It is none.
    """
    require_size(content)
    try:
        notices = _notices(content)
    except ValueError as error:
        raise ImportRejected(
            f"the document is no feature collection: {error}", f"il documento non è una raccolta GeoJSON: {error}"
        ) from error
    require_count(len(notices.features))
    return [_imported(one, number, zone) for number, one in enumerate(notices.features)]


def _imported(notice: _Notice, number: int, zone: ZoneInfo) -> ImportedSituation:
    said = {key: str(value).strip() for key, value in notice.properties.items() if value is not None}
    draft = ImportDraft(said.get(_NUMBER, f"#{number}"))
    for key in sorted(set(said) - _KNOWN):
        draft.deviate(f"the column '{key}' is not known", f"la colonna '{key}' non è nota")
    draft.geometry = notice.geometry
    draft.properties["kind"] = "roadworks"
    draft.set_texts([f"{said.get(_UTILITY, 'Scavo')}: {said.get(_STREET, '')} {said.get(_FIRST, '')}"])
    _read_times(draft, said, zone)
    _read_street(draft, said)
    _read_works(draft, said)
    draft.properties["provenance"] = {"reference": line_of(draft.source)}
    draft.properties["audience"] = {"public": True}
    return draft.finish()


def _read_times(draft: ImportDraft, said: dict[str, str], zone: ZoneInfo) -> None:
    days = {key: _day(draft, said, column, zone) for key, column in (("planned_start", _FROM), ("planned_end", _TO))}
    draft.properties["timing"] = {key: day.isoformat() for key, day in days.items() if day is not None}
    first, last = days["planned_start"], days["planned_end"]
    if first is not None and last is not None and said.get(_DAYS, "").isdigit():
        count = (last - first).days + 1
        if count != int(said[_DAYS]):
            draft.deviate(f"'{_DAYS}' says {said[_DAYS]}, its days are {count}", f"'{_DAYS}' dice {said[_DAYS]}, i giorni sono {count}")


def _day(draft: ImportDraft, said: dict[str, str], column: str, zone: ZoneInfo) -> date | None:
    text = said.get(column, "")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        draft.deviate(f"'{column}' is no time: '{text[:40]}'", f"'{column}' non è una data: '{text[:40]}'")
        return None
    local = instant.astimezone(zone) if instant.tzinfo is not None else instant
    if (local.hour, local.minute) != (0, 0):
        draft.deviate(f"'{column}' is not midnight in local time: '{text[:40]}'", f"'{column}' non è la mezzanotte locale: '{text[:40]}'")
    return local.date()


def _read_street(draft: ImportDraft, said: dict[str, str]) -> None:
    name = line_of(said.get(_STREET, ""))
    if name is not None:
        numbers = {"number_from": line_of(said.get(_FIRST, "")), "number_to": line_of(said.get(_LAST, ""))}
        street = {"name": name} | {key: text for key, text in numbers.items() if text is not None}
        draft.properties["location"] = {"street_refs": [street]}
        draft.deviate(
            "the street has a name alone, no key: it is not compared", "la strada ha solo il nome, senza codice: non viene confrontata"
        )


def _read_works(draft: ImportDraft, said: dict[str, str]) -> None:
    works: dict[str, Any] = {"excavation": {}}
    area = said.get(_AREA)
    try:
        if area is not None:
            works["excavation"]["area_m2"] = float(area.replace(",", "."))
    except ValueError:
        draft.deviate(f"'{_AREA}' is no number: '{area:.40}'", f"'{_AREA}' non è un numero: '{area:.40}'")
    if (contractor := line_of(said.get(_OWNER, ""))) is not None:
        works["contractor"] = contractor
    if (permit := line_of(said.get(_NUMBER, ""))) is not None:
        works["permit"] = permit
    part = said.get(_PART)
    if part is not None and part in _PARTS:
        works["occupies"] = [_PARTS[part]]
    elif part is not None:
        draft.deviate(f"'{_PART}' is not known: '{part[:40]}'", f"'{_PART}' non è noto: '{part[:40]}'")
    if _SURFACE in said:
        draft.deviate(f"'{_SURFACE}' is not read", f"'{_SURFACE}' non viene letto")
    draft.properties["roadworks"] = works
