"""Situations as entities of a context broker: NGSI-v2 (Orion, Snap4City) and NGSI-LD (ETSI GS CIM 009), in Smart Data Models.

Works are a `CityWork`, what drivers meet and what is in the air an `Alert`; other kinds have no model. An export is the body of a batch
operation: `POST /v2/op/update`, or `POST /ngsi-ld/v1/entityOperations/upsert`.
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import msgspec

from gateway.model.instants import iso_utc
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import SituationProperties
from gateway.situation.event.kinds import SeverityLevel, SituationKind, SituationState
from gateway.situation.formats.known_times import joined, known_span
from gateway.situation.formats.losses import (
    CAP_DETAILS,
    CONVERSATION,
    DETOUR,
    REAL_ALONE,
    REGISTERS,
    REPORTED,
    SOURCE,
    VERIFIED_PLACE,
    VERIFIED_TIMES,
)
from gateway.situation.formats.port import (
    AGREED,
    ExchangeFormat,
    ExportedFile,
    ExportedSituation,
    ExportRequest,
    LostField,
    lost,
)
from gateway.situation.formats.texts import place_of
from gateway.situation.formats.traffic import closed

_Json = dict[str, Any]

_CONTEXT = (
    "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
    "https://raw.githubusercontent.com/smart-data-models/dataModel.Transportation/master/context.jsonld",
    "https://raw.githubusercontent.com/smart-data-models/dataModel.Alert/master/context.jsonld",
)

_STATES = MappingProxyType(
    {
        SituationState.PLANNED: "planned",
        SituationState.CONFIRMED: "planned",
        SituationState.ACTIVE: "open",
        SituationState.ENDED: "completed",
        SituationState.CANCELLED: "canceled",
    }
)

_ALERTS = MappingProxyType(
    {
        SituationKind.CLOSURE: ("traffic", None),
        SituationKind.TRAFFIC: ("traffic", "trafficJam"),
        SituationKind.ACCIDENT: ("traffic", "carAccident"),
        SituationKind.DAMAGE: ("traffic", "hazardOnRoad"),
        SituationKind.ENVIRONMENT: ("environment", None),
    }
)
"""Category and subcategory of an alert."""

_SEVERITIES = MappingProxyType(
    {
        SeverityLevel.HIGHEST: "critical",
        SeverityLevel.HIGH: "high",
        SeverityLevel.MEDIUM: "medium",
        SeverityLevel.LOW: "low",
        SeverityLevel.LOWEST: "low",
        SeverityLevel.NONE: "informational",
    }
)


class EntityAttribute(NamedTuple):
    """An attribute of an entity: its name, what it is, and its value."""

    name: str
    kind: Literal["text", "time", "place", "list", "structure", "number"]
    value: Any


_V2_TYPES = MappingProxyType(
    {
        "text": "TextUnrestricted",
        "time": "DateTime",
        "place": "geo:json",
        "list": "StructuredValue",
        "structure": "StructuredValue",
        "number": "Number",
    }
)
"""Orion refuses texts with quotes, brackets and other characters, unless they are of the type TextUnrestricted."""


def _obstacle(one: ExportedSituation, _request: ExportRequest) -> Bilingual | None:
    return Bilingual("it has no geometry", "non ha geometria") if one.seen.geometry is None else None


def _write_v2(request: ExportRequest) -> list[ExportedFile]:
    entities = [_head(one, request) | {each.name: _v2(each) for each in _attributes(one, request)} for one in request.situations]
    return [ExportedFile("ngsi-v2.json", msgspec.json.encode({"actionType": "append", "entities": entities}))]


def _write_ld(request: ExportRequest) -> list[ExportedFile]:
    entities = [
        {"@context": _CONTEXT} | _head(one, request) | {each.name: _ld(each) for each in _attributes(one, request)}
        for one in request.situations
    ]
    return [ExportedFile("ngsi-ld.jsonld", msgspec.json.encode(entities))]


MODELS = ("CityWork", "Alert")
"""The types of entities; of one situation it never changes, as its kind does not."""


def entity_id(model: str, site: str, situation: str) -> str:
    """Return the id of the entity of a situation."""
    return f"urn:ngsi-ld:{model}:{site}:{situation}"


def _head(one: ExportedSituation, request: ExportRequest) -> _Json:
    kind = _model(one.said)
    return {"id": entity_id(kind, request.site, one.seen.id), "type": kind}


def _model(said: SituationProperties) -> str:
    return "CityWork" if said.kind == SituationKind.ROADWORKS else "Alert"


def _v2(attribute: EntityAttribute) -> _Json:
    return {"type": _V2_TYPES[attribute.kind], "value": attribute.value}


def _ld(attribute: EntityAttribute) -> _Json:
    if attribute.kind == "place":
        return {"type": "GeoProperty", "value": attribute.value}
    value = {"@type": "DateTime", "@value": attribute.value} if attribute.kind == "time" else attribute.value
    return {"type": "Property", "value": value}


def _attributes(one: ExportedSituation, request: ExportRequest) -> Iterator[EntityAttribute]:
    said = one.said
    yield EntityAttribute("name", "text", said.headline.it)
    if said.headline.en is not None:
        yield EntityAttribute("alternateName", "text", said.headline.en)
    if (text := joined(said.description)) is not None:
        yield EntityAttribute("description", "text", text)
    yield EntityAttribute("dataProvider", "text", request.title(said.owner))
    yield EntityAttribute("location", "place", msgspec.to_builtins(one.seen.geometry))
    if (place := place_of(said)) is not None:
        yield EntityAttribute("address", "structure", {"addressCountry": "IT", "streetAddress": place})
    links = ([] if said.provenance is None or said.provenance.url is None else [said.provenance.url]) + [
        one.href for one in said.attachments
    ]
    if links:
        yield EntityAttribute("seeAlso", "list", links)
    yield from _work(one, request) if _model(said) == "CityWork" else _alert(one, request)


def _work(one: ExportedSituation, request: ExportRequest) -> Iterator[EntityAttribute]:
    said, works = one.said, one.said.roadworks
    span = known_span(one.seen, request.zone, request.made_ms)
    yield EntityAttribute("workState", "text", _STATES[said.state])
    yield EntityAttribute("startDate", "time", iso_utc(span.from_ms, "seconds"))
    if span.to_ms is not None:
        yield EntityAttribute("endDate", "time", iso_utc(span.to_ms, "seconds"))
    yield EntityAttribute("workLastDateUpdate", "time", said.updated)
    yield EntityAttribute("contractingAuthority", "text", request.title(said.owner))
    lines = [] if said.impact is None else said.impact.lines
    if lines:
        yield EntityAttribute("countOfBusLineImpacted", "number", len(lines))
    if works is None:
        return
    if works.permit is not None:
        yield EntityAttribute("workNumber", "text", works.permit)
    if works.contractor is not None:
        yield EntityAttribute("mainContractingCompany", "text", works.contractor)
    if works.ordinance is not None:
        yield EntityAttribute("decrees", "list", [one for one in (works.ordinance.number, works.ordinance.url) if one is not None])
    if works.category.immediate:
        yield EntityAttribute("typeOfInterventionRequest", "text", "urgentWorks")
    if works.excavation is not None:
        yield EntityAttribute("workNature", "list", ["trenchOpening"])


def _alert(one: ExportedSituation, request: ExportRequest) -> Iterator[EntityAttribute]:
    said, span = one.said, known_span(one.seen, request.zone, request.made_ms)
    category, subcategory = _ALERTS[said.kind.member]
    yield EntityAttribute("category", "text", category)
    if subcategory is None and category == "traffic" and closed(said):
        subcategory = "roadClosed"
    if subcategory is not None:
        yield EntityAttribute("subCategory", "text", subcategory)
    yield EntityAttribute("dateIssued", "time", one.created)
    yield EntityAttribute("validFrom", "time", iso_utc(span.from_ms, "seconds"))
    if span.to_ms is not None:
        yield EntityAttribute("validTo", "time", iso_utc(span.to_ms, "seconds"))
    if said.severity.member in _SEVERITIES:
        yield EntityAttribute("severity", "text", _SEVERITIES[said.severity.member])
    yield EntityAttribute("alertSource", "text", f"urn:ngsi-ld:Organization:{request.site}:{said.owner}")


_LOSSES = (
    *CONVERSATION,
    *CAP_DETAILS,
    *DETOUR,
    *SOURCE,
    *VERIFIED_TIMES,
    *VERIFIED_PLACE,
    *REGISTERS,
    *REPORTED,
    *lost("timing.recurrence", "timing.observed", "probability", "parking", "outage", "lighting", "publicevent", "traffic", "accident"),
    *lost("damage", "environment", "related", "audience.public", "version", "start_unconfirmed", "location.description.en"),
    *lost("impact.assets", "impact.stops", "impact.customers", "impact.capacity_percent", "impact.lanes_open", "impact.delay_s"),
    *lost("impact.lanes_closed", "roadworks.activity", "roadworks.maintenance", "roadworks.umbrella", "roadworks.occupies"),
    *lost("roadworks.reinstatement", "roadworks.no_dig_until", "roadworks.collaboration", "roadworks.ordinance.date"),
    *lost("roadworks.ordinance.authority", "attachments.title", "attachments.media_type", "attachments.public"),
    LostField("kind", "works as `CityWork`, others as the category of an `Alert`; the rest is left out"),
    LostField("state", "of works; `planned` and `confirmed` are `planned`, proposals are left out"),
    LostField("severity", "of alerts; `low` and `lowest` are `low`"),
    LostField("impact.management", "whether a road is closed, of alerts"),
    LostField("impact.control", "whether a road is closed, of alerts"),
    LostField("impact.lines", "of works, how many"),
    LostField("roadworks.category", "whether it is urgent"),
    LostField("roadworks.excavation", "that something is dug"),
    LostField("overrunning", "the end is moved"),
    LostField("timing.next_update", "the end of what is overrunning, for want of another"),
    REAL_ALONE,
)

NGSI_V2 = ExchangeFormat(
    name="ngsi-v2",
    title="NGSI-v2",
    kinds=frozenset({SituationKind.ROADWORKS, *_ALERTS}),
    states=AGREED,
    exercises=None,
    obstacle=_obstacle,
    write=_write_v2,
    losses=_LOSSES,
)

NGSI_LD = NGSI_V2._replace(name="ngsi-ld", title="NGSI-LD", write=_write_ld)
