"""Situations of DATEX II, versions 2 and 3, read by the local names of elements.

A situation of several records becomes one: its first record that is an event says what and when, those that restrict traffic what is
restricted. Feeds of NDW, Bison Futé and Fintraffic are among the tests.
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from gateway.situation.bilingual import Bilingual
from gateway.situation.imports.datex_places import read_places
from gateway.situation.imports.datex_times import read_times
from gateway.situation.imports.drafts import ImportDraft, cleaned, line_of
from gateway.situation.imports.port import ImportedSituation, ImportRejected, require_count
from gateway.situation.imports.xml_reading import read_xml, text_at, texts_in

_ROAD = "RoadOrCarriagewayOrLaneManagement"

_KINDS = MappingProxyType(
    {
        "MaintenanceWorks": "roadworks",
        "ConstructionWorks": "roadworks",
        "Roadworks": "roadworks",
        "AbnormalTraffic": "traffic",
        "Accident": "accident",
        "EquipmentOrSystemFault": "lighting",
        "InfrastructureDamageObstruction": "damage",
        "PublicEvent": "publicevent",
        _ROAD: "closure",
    }
)

_PLACE = "locationDescriptor"
"""The type of a comment that says where."""

_OVER = frozenset({"closed", "cancelled"})


def read_datex(content: bytes, zone: ZoneInfo) -> list[ImportedSituation]:
    """Return the situations of a publication.

    Raises:
        ImportRejected: It is no XML, or no publication of situations.
    """
    root = read_xml(content)
    situations = [one for one in root.iter("situation") if one.find("situationRecord") is not None]
    kinds = {one.get("type") for one in root.iter() if one.tag in ("payload", "payloadPublication")}
    if not situations and "SituationPublication" not in kinds:
        names = ", ".join(sorted(str(one) for one in kinds)) or root.tag
        raise ImportRejected(
            f"the document has no situations of DATEX II: {names}", f"il documento non contiene situazioni DATEX II: {names}"
        )
    require_count(len(situations))
    return [_situation(one, zone) for one in situations]


def _situation(situation: Element, zone: ZoneInfo) -> ImportedSituation:
    draft = ImportDraft(situation.get("id") or "")
    records = list(situation.iterfind("situationRecord"))
    main = next((one for one in records if _kind(one) not in (None, "closure")), None) or next(
        (one for one in records if _kind(one) is not None), records[0]
    )
    if not draft.source:
        return draft.refuse(Bilingual("it has no id", "non ha un identificativo"))
    if any(text_at(one, ".//validityStatusExtended") in _OVER for one in records):
        return draft.refuse(Bilingual("it is over", "è terminata"))
    draft.properties["kind"] = _kind(main) or "other"
    _name_others(draft, records, main)
    read_times(draft, main, zone)
    _read_header(draft, situation, main)
    _read_texts(draft, records, main)
    read_places(draft, main)
    if draft.geometry is None:
        for one in records:
            if draft.geometry is None:
                read_places(draft, one)
    _read_streets(draft, main)
    _read_impact(draft, records)
    _read_subject(draft, main)
    return draft.finish()


def _kind(record: Element) -> str | None:
    return _KINDS.get(record.get("type", ""))


def _name_others(draft: ImportDraft, records: list[Element], main: Element) -> None:
    if len(records) > 1:
        draft.deviate("times and places of its other records are not read", "tempi e luoghi degli altri record non vengono letti")
    for record in records:
        name = record.get("type") or "?"
        if record is main and _kind(record) is None:
            draft.deviate(f"the class {name} is not known: the kind is 'other'", f"la classe {name} non è nota: il tipo è 'other'")
        elif record is not main and name not in (_ROAD, main.get("type")):
            draft.deviate(f"the record {name} is not read", f"il record {name} non viene letto")


def _read_header(draft: ImportDraft, situation: Element, main: Element) -> None:
    said = draft.properties
    said["information_status"] = text_at(situation, "headerInformation/informationStatus") or "real"
    if text_at(situation, "headerInformation/informationStatus") is None:
        draft.deviate("it does not say whether it is real: read as 'real'", "non dice se è reale: letto come 'real'")
    public = text_at(situation, "headerInformation/confidentiality") == "noRestriction"
    said["audience"] = {"public": public}
    if not public:
        draft.deviate("it is not marked as public, and is not published to everybody", "non è contrassegnata come pubblica")
    for key, path in (("severity", "severity"), ("probability", "probabilityOfOccurrence")):
        if (found := text_at(main, path)) is not None:
            said[key] = found
    status = text_at(main, "validity/validityStatus")
    if status == "active":
        said["state"] = "active"
    elif status == "planned" or text_at(main, ".//validityStatusExtended") == "futureEvent":
        said["state"] = "planned"
    said["provenance"] = dict(_provenance(draft, main))


def _provenance(draft: ImportDraft, main: Element) -> Iterator[tuple[str, Any]]:
    yield "reference", line_of(draft.source)
    if (kind := text_at(main, "source/sourceType")) is not None:
        yield "source_type", kind
    if (reliable := text_at(main, "source/reliable")) in ("true", "false", "1", "0"):
        yield "reliable", reliable in ("true", "1")
    addresses = [one.text.strip() for one in main.iterfind("urlLink/urlLinkAddress") if one.text is not None]
    secure = [one for one in addresses if one.startswith("https://")]
    if secure:
        yield "url", secure[0]
    if len(addresses) > len(secure[:1]):
        draft.deviate("more links than one, or such without https, are not read", "altri link, o link senza https, non vengono letti")


def _read_texts(draft: ImportDraft, records: list[Element], main: Element) -> None:
    comments = [one for record in records for one in record.iterfind("generalPublicComment")]
    found = [one for comment in comments if text_at(comment, "commentType") != _PLACE for one in texts_in(comment, "comment")]
    italian = [text for language, text in found if (language or "").lower().startswith("it")]
    if not italian and found:
        languages = ", ".join(sorted({language or "?" for language, _ in found}))
        draft.deviate(f"the text is not in Italian but in: {languages}", f"il testo non è in italiano ma in: {languages}")
    elif len(italian) < len(found):
        draft.deviate("texts in other languages than Italian are not read", "i testi in lingue diverse dall'italiano non vengono letti")
    draft.set_texts(italian or [text for _, text in found])
    if "headline" not in draft.properties:
        draft.deviate("it has no text: its class is the headline", "non ha testo: il titolo è la sua classe")
        draft.properties["headline"] = {"it": line_of(main.get("type") or "") or "DATEX II"}


def _read_streets(draft: ImportDraft, main: Element) -> None:
    names = [text for _, text in texts_in(main, ".//linearByCoordinates/roadName")]
    names += [one.text for one in main.iter("roadName") if one.text is not None and not len(one)]
    names += [one.text for one in main.iter("roadNumber") if one.text is not None] if not names else []
    streets = [{"name": line} for line in dict.fromkeys(line_of(name) for name in names) if line is not None]
    places = [
        text
        for one in main.iterfind("generalPublicComment")
        if text_at(one, "commentType") == _PLACE
        for _, text in texts_in(one, "comment")
    ]
    places += [text for _, text in texts_in(main, ".//supplementaryPositionalDescription/locationDescription")]
    described = {"description": {"it": cleaned(places[0])}} if places and cleaned(places[0]) else {}
    draft.properties["location"] = {"street_refs": streets[:50], **described}
    if streets:
        draft.deviate(
            "streets have names alone, no keys: they are not compared",
            "le strade hanno solo il nome, senza codice: non vengono confrontate",
        )


def _read_impact(draft: ImportDraft, records: list[Element]) -> None:
    impact: dict[str, Any] = {}
    management = [text for one in records if (text := text_at(one, "roadOrCarriagewayOrLaneManagementType")) is not None]
    if management:
        impact["management"] = list(dict.fromkeys(management))[:50]
    for key, path, whole in (
        ("lanes_closed", "impact/numberOfLanesRestricted", True),
        ("lanes_open", "impact/numberOfOperationalLanes", True),
        ("delay_s", "impact/delays/delayTimeValue", True),
        ("capacity_percent", "impact/capacityRemaining", False),
    ):
        text = next((found for one in records if (found := text_at(one, path)) is not None), None)
        if text is not None and (number := _number(text)) is not None:
            impact[key] = round(number) if whole else number
        elif text is not None:
            draft.deviate(f"{path} is no number: '{text[:40]}'", f"{path} non è un numero: '{text[:40]}'")
    if impact:
        draft.properties["impact"] = impact


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found <= 1_000_000 else None


def _read_subject(draft: ImportDraft, main: Element) -> None:
    """Read what is particular to the kind. What a newer version calls otherwise is kept, as a member that is not known."""
    said, kind = draft.properties, draft.properties["kind"]
    if kind == "roadworks":
        types = [one.text for one in main.iter("roadMaintenanceType") if one.text]
        said["roadworks"] = {"maintenance": list(dict.fromkeys(types))[:50]}
        if text_at(main, "urgentRoadworks") == "true":
            said["roadworks"]["category"] = "immediate_urgent"
    elif kind == "traffic" and (found := text_at(main, "abnormalTrafficType")) is not None:
        said["traffic"] = {"type": found}
    elif kind == "accident":
        said["accident"] = {"types": list(dict.fromkeys(one.text for one in main.iter("accidentType") if one.text))[:50]}
    elif kind == "lighting":
        said["lighting"] = {
            "equipment": text_at(main, "faultyEquipmentOrSystemType") or "other",
            "fault": text_at(main, "equipmentOrSystemFaultType") or "other",
        }
    elif kind == "damage" and (found := text_at(main, "infrastructureDamageType")) is not None:
        said["damage"] = {"type": found}
    elif kind == "publicevent" and (found := text_at(main, "publicEventType")) is not None:
        said["publicevent"] = {"type": found}
