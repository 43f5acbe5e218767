"""Closures and incidents for Waze (Closure and Incident Feed Specification, version 2, in XML).

One wrong entry can make the reader switch off the whole feed: an incident that breaks a rule is left out, with the rule.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element

from gateway.model.instants import ms_of_iso
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.datex_names import AbnormalTraffic, EquipmentType
from gateway.situation.event.document import SituationProperties
from gateway.situation.event.geometry import LineGeometry, MultiLineGeometry, Position, paths_of
from gateway.situation.event.kinds import SeverityLevel, SituationKind
from gateway.situation.formats.known_times import KnownSpan, coming_hours, local_text
from gateway.situation.formats.losses import (
    AFFECTED,
    CAP_DETAILS,
    CIVIC_NUMBERS,
    CONVERSATION,
    DETOUR,
    EXPECTED_ALONE,
    HOURS,
    REAL_ALONE,
    REGISTERS,
    REPORTED,
    SITE_WORKS,
    SOURCE,
    SUBJECTS,
    VERIFIED_PLACE,
    VERIFIED_TIMES,
    WORKS,
)
from gateway.situation.formats.port import (
    EXPECTED,
    ExchangeFormat,
    ExportedFile,
    ExportedSituation,
    ExportRequest,
    LostField,
    lost,
)
from gateway.situation.formats.traffic import both_ways_closed, closed, lanes_closed
from gateway.situation.formats.xml_writing import add, document_of

_LEAST_IDENTIFIER, _LEAST_STREET = 3, 2
_PAIR = r"-?[0-9]{1,2}[.][0-9]{6} -?[0-9]{1,3}[.][0-9]{6}"
_POLYLINE = re.compile(rf"{_PAIR}(?: {_PAIR})+")


class Incident(NamedTuple):
    """An entry of the feed. One polyline lies on one street."""

    id: str
    parent: str
    type: str
    subtype: str | None
    street: str
    polyline: str
    both_directions: bool
    start: str
    end: str | None
    description: str


class _IncidentType(NamedTuple):
    type: str
    subtype: str | None = None


_CLOSED_BY = {
    SituationKind.ROADWORKS: "ROAD_CLOSED_CONSTRUCTION",
    SituationKind.PUBLIC_EVENT: "ROAD_CLOSED_EVENT",
    SituationKind.ACCIDENT: "ROAD_CLOSED_HAZARD",
    SituationKind.DAMAGE: "ROAD_CLOSED_HAZARD",
    SituationKind.SAFETY: "ROAD_CLOSED_HAZARD",
}

_JAMS = {
    AbnormalTraffic.STATIONARY_TRAFFIC: "JAM_STAND_STILL_TRAFFIC",
    AbnormalTraffic.QUEUING_TRAFFIC: "JAM_HEAVY_TRAFFIC",
    AbnormalTraffic.HEAVY_TRAFFIC: "JAM_HEAVY_TRAFFIC",
    AbnormalTraffic.SLOW_TRAFFIC: "JAM_MODERATE_TRAFFIC",
}

_SIGNALS = frozenset({EquipmentType.TRAFFIC_SIGNALS, EquipmentType.TRAFFIC_LIGHT_SETS, EquipmentType.TEMPORARY_TRAFFIC_LIGHTS})
_GRAVE = frozenset({SeverityLevel.HIGHEST, SeverityLevel.HIGH})
_SLIGHT = frozenset({SeverityLevel.LOW, SeverityLevel.LOWEST})


def incident_errors(incident: Incident) -> Iterator[Bilingual]:
    """Yield the rules that an incident breaks."""
    if len(incident.id) < _LEAST_IDENTIFIER:
        yield Bilingual("its id is shorter than 3 characters", "l'identificativo ha meno di 3 caratteri")
    if len(incident.street) < _LEAST_STREET:
        yield Bilingual("the name of its street is shorter than 2 characters", "il nome della strada ha meno di 2 caratteri")
    if _POLYLINE.fullmatch(incident.polyline) is None:
        yield Bilingual("its line has fewer than two points", "la linea ha meno di due punti")
    if incident.end is not None and datetime.fromisoformat(incident.end) <= datetime.fromisoformat(incident.start):
        yield Bilingual("it ends before it begins", "finisce prima di cominciare")


def _obstacle(one: ExportedSituation, request: ExportRequest) -> Bilingual | None:
    if _type_of(one.said) is None:
        return Bilingual("it is neither a closure nor an incident that drivers meet", "non è una chiusura né un incidente per chi guida")
    if not isinstance(one.seen.geometry, LineGeometry | MultiLineGeometry):
        return Bilingual("its place is not a line", "il luogo non è una linea")
    if len({street.name for street in one.said.location.street_refs}) != 1:
        return Bilingual(
            "it does not name one street: an order for several streets is one situation for each", "non indica una sola strada"
        )
    incidents = _incidents(one, request)
    if not incidents:
        return Bilingual("none of its hours is still to come", "nessuna delle sue ore deve ancora venire")
    return next((error for incident in incidents for error in incident_errors(incident)), None)


def _incidents(one: ExportedSituation, request: ExportRequest) -> list[Incident]:
    found = _type_of(one.said)
    if found is None or one.seen.geometry is None:
        return []
    hours = coming_hours(one.seen, request.zone, request.made_ms)
    paths = paths_of(one.seen.geometry)
    return [_incident(one, found, span, path, number, request) for span in hours for number, path in enumerate(paths)]


def _incident(
    one: ExportedSituation, found: _IncidentType, span: KnownSpan, path: list[Position], number: int, request: ExportRequest
) -> Incident:
    said, start = one.said, local_text(span.from_ms, request.zone)
    parent = f"{request.site}-{one.seen.id}"
    occurrence = f"-{start[:16].replace(':', '')}" if said.timing.recurrence else ""
    return Incident(
        id=f"{parent}{occurrence}{f'-{number}' if number else ''}",
        parent=parent,
        type=found.type,
        subtype=found.subtype,
        street=said.location.street_refs[0].name if said.location.street_refs else "",
        polyline=" ".join(f"{lat:.6f} {lon:.6f}" for lon, lat in path),
        both_directions=both_ways_closed(said),
        start=start,
        end=None if span.to_ms is None else local_text(span.to_ms, request.zone),
        description=said.headline.it,
    )


def _type_of(said: SituationProperties) -> _IncidentType | None:
    """Return the type of an incident; None if the feed has none for it. Only a closed road changes routes."""
    if closed(said):
        return _IncidentType("ROAD_CLOSED", _CLOSED_BY.get(said.kind))
    match said.kind:
        case SituationKind.ROADWORKS:
            lanes = lanes_closed(said)
            return _IncidentType("HAZARD", "HAZARD_ON_ROAD_LANE_CLOSED" if lanes else "HAZARD_ON_ROAD_CONSTRUCTION")
        case SituationKind.ACCIDENT:
            grave, slight = said.severity in _GRAVE, said.severity in _SLIGHT
            return _IncidentType("ACCIDENT", "ACCIDENT_MAJOR" if grave else "ACCIDENT_MINOR" if slight else None)
        case SituationKind.TRAFFIC:
            return _IncidentType("JAM", None if said.traffic is None else _JAMS.get(said.traffic.type))
        case SituationKind.LIGHTING if said.lighting is not None and said.lighting.equipment in _SIGNALS:
            return _IncidentType("HAZARD", "HAZARD_ON_ROAD_TRAFFIC_LIGHT_FAULT")
        case SituationKind.DAMAGE:
            return _IncidentType("HAZARD", "HAZARD_ON_ROAD")
        case _:
            return None


def _write(request: ExportRequest) -> list[ExportedFile]:
    root = Element("incidents")
    for one in request.situations:
        for incident in _incidents(one, request):
            _append(root, incident, one, request)
    return [ExportedFile("cifs.xml", document_of(root))]


def _append(root: Element, incident: Incident, one: ExportedSituation, request: ExportRequest) -> None:
    element = add(root, "incident", id=incident.id)
    add(element, "parent_event", id=incident.parent)
    add(element, "creationtime", local_text(ms_of_iso(one.created), request.zone))
    add(element, "updatetime", local_text(ms_of_iso(one.said.updated), request.zone))
    source = add(element, "source")
    add(source, "reference", one.said.owner)
    add(source, "name", request.title(one.said.owner))
    add(element, "type", incident.type)
    if incident.subtype is not None:
        add(element, "subtype", incident.subtype)
    add(element, "description", incident.description)
    add(element, "street", incident.street)
    add(element, "polyline", incident.polyline)
    if incident.both_directions:
        add(element, "direction", "BOTH_DIRECTIONS")
    add(element, "starttime", incident.start)
    if incident.end is not None:
        add(element, "endtime", incident.end)


CIFS = ExchangeFormat(
    name="cifs",
    title="Waze CIFS 2",
    kinds=frozenset(
        {
            SituationKind.ROADWORKS,
            SituationKind.CLOSURE,
            SituationKind.TRAFFIC,
            SituationKind.ACCIDENT,
            SituationKind.DAMAGE,
            SituationKind.LIGHTING,
            SituationKind.PUBLIC_EVENT,
            SituationKind.SAFETY,
        }
    ),
    states=EXPECTED,
    exercises=None,
    obstacle=_obstacle,
    write=_write,
    losses=(
        *CONVERSATION,
        *WORKS,
        *SITE_WORKS,
        *SUBJECTS,
        *CAP_DETAILS,
        *REGISTERS,
        *CIVIC_NUMBERS,
        *AFFECTED,
        *DETOUR,
        *SOURCE,
        *VERIFIED_TIMES,
        *VERIFIED_PLACE,
        *REPORTED,
        *lost("accident", "damage", "probability", "headline.en", "description", "location.description", "provenance.url", "related"),
        *lost("attachments", "audience.public", "version", "start_unconfirmed", "timing.observed", "traffic.queue_length_m"),
        *lost("lighting.fault", "lighting.lamps"),
        LostField("timing.next_update", "the end of what is overrunning, for want of another"),
        LostField("overrunning", "the end is moved"),
        LostField("kind", "as `type` and `subtype`"),
        LostField("severity", "of accidents: `high` and more, `low` and less"),
        LostField("traffic.type", "as `subtype`"),
        LostField("lighting.equipment", "traffic lights alone"),
        LostField("impact.management", "whether the road or a lane is closed"),
        LostField("impact.control", "whether the road or a lane is closed"),
        LostField("impact.lanes_closed", "that there are some"),
        LostField("location.street_refs.name", "events in several streets are left out"),
        LostField("geometry", "lines alone; other events are left out"),
        HOURS,
        REAL_ALONE,
        EXPECTED_ALONE,
    ),
)
