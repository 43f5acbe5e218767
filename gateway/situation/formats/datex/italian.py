"""DATEX II in the Italian profile of version 2.3 (Profilo DATEX II IT v2.3), for CCISS, ANAS and the motorways.

The namespaces are those of the profile's schema. Three files, as its exchange specification names them: all events, roadworks, and others.
A planned event differs from one that was confirmed on the road by `futureEvent` alone, what is over is `closed` or `cancelled`, and each
record has a number that only goes up, by which readers ask for what is newer (`situationRecordReferenceSequence`).
"""

from types import MappingProxyType
from xml.etree.ElementTree import Element

from gateway.model.instants import ms_of_iso
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import SituationProperties
from gateway.situation.event.fields import OwnText
from gateway.situation.event.geometry import Position, areas_of, paths_of
from gateway.situation.event.kinds import SituationKind, SituationState
from gateway.situation.formats.datex.losses import LOST_BY_BOTH
from gateway.situation.formats.datex.periods import excepted_hours, valid_hours
from gateway.situation.formats.datex.records import KINDS, DatexRecord, links_of, probability, records_of, severity, shortened, word
from gateway.situation.formats.known_times import local_text
from gateway.situation.formats.port import (
    AGREED,
    ExchangeFormat,
    ExportedFile,
    ExportedSituation,
    ExportRequest,
    LostField,
    lost,
)
from gateway.situation.formats.texts import marked_headline, place_of
from gateway.situation.formats.xml_writing import XSI_TYPE, add, add_if, document_of
from gateway.situation.times.instants import NEVER_MS, span_of

_RECORDS_OF_ONE = 100
"""The numbers that the records of one change of a situation have at most: one event, and fifty restrictions."""

_NAMES = MappingProxyType(
    {
        "accidentRepairWork": "other",
        "maintenancePeopleOnRoad": "other",
        "hardShoulderRunningNotInOperation": "other",
        "accidentInvolvingPublicTransport": "other",
        "multipleVehicleAccident": "multivehicleAccident",
        "seriousInjuryOrFatalAccident": "seriousAccident",
        "vehicleStuckUnderBridge": "other",
        "fireDetectionEquipment": "other",
        "tunnelEmergencyPhones": "other",
        "tunnelFireFightingEquipment": "other",
        "tunnelMobileCommunication": "other",
        "tunnelRadioCommunication": "other",
        "tunnelSafetySystem": "other",
        "artEvent": "other",
        "beerFestival": "other",
        "filmFestival": "other",
        "fireworkDisplay": "other",
        "flowerEvent": "other",
        "foodFestival": "other",
        "openAirConcert": "other",
        "soundAndLightShow": "other",
        "streetFestival": "other",
        "theatricalEvent": "other",
        "wineFestival": "other",
        "unknown": "other",
    }
)
"""Members of version 3.7 that 2.3 does not have."""

_OVER = {SituationState.ENDED: "closed", SituationState.CANCELLED: "cancelled"}


def changed_since(one: ExportedSituation, number: int) -> bool:
    """Return whether a situation has records with a number after the one that a reader has seen last."""
    return one.number > number // _RECORDS_OF_ONE


def _obstacle(one: ExportedSituation, _request: ExportRequest) -> Bilingual | None:
    geometry = one.seen.geometry
    if geometry is None or areas_of(geometry):
        return Bilingual("its place is not a line or points", "il luogo non è una linea né dei punti")
    return None


def _write(request: ExportRequest) -> list[ExportedFile]:
    works = [one for one in request.situations if one.said.kind == SituationKind.ROADWORKS]
    others = [one for one in request.situations if one.said.kind != SituationKind.ROADWORKS]
    parts = (("", request.situations), ("Roadworks", works), ("NotRoadworks", others))
    return [ExportedFile(f"SituationPublication{name}.xml", _publication(request._replace(situations=part))) for name, part in parts]


def _publication(request: ExportRequest) -> bytes:
    root = Element("d2LogicalModel", {"xmlns": "http://datex2.eu/schema/2/2_0", "modelBaseVersion": "2"})
    _identify(add(add(root, "exchange"), "supplierIdentification"), request)
    publication = add(root, "payloadPublication", lang="it", **{XSI_TYPE: "SituationPublication"})
    add(publication, "publicationTime", local_text(request.made_ms, request.zone))
    _identify(add(publication, "publicationCreator"), request)
    present = {one.seen.id: one for one in request.situations}
    for one in request.situations:
        _situation(publication, one, present, request)
    return document_of(root)


def _identify(parent: Element, request: ExportRequest) -> None:
    add(parent, "country", "it")
    add(parent, "nationalIdentifier", request.site)


def _situation(publication: Element, one: ExportedSituation, present: dict[str, ExportedSituation], request: ExportRequest) -> None:
    said = one.said
    situation = add(publication, "situation", id=one.seen.id, version=str(said.version))
    add(situation, "overallSeverity", severity(said))
    for related in dict.fromkeys(one.id for one in said.related if one.id in present):
        version = str(present[related].said.version)
        add(situation, "relatedSituation", id=related, version=version, targetClass="Situation")
    add(situation, "situationVersionTime", local_text(ms_of_iso(said.updated), request.zone))
    header = add(situation, "headerInformation")
    add(header, "confidentiality", "noRestriction" if said.audience.public else "restrictedToAuthoritiesAndTrafficOperators")
    add(header, "informationStatus", said.information_status)
    for number, record in enumerate(records_of(said, _NAMES)):
        _record(situation, one, record, number, request)


def _record(situation: Element, one: ExportedSituation, record: DatexRecord, number: int, request: ExportRequest) -> None:
    said, zone = one.said, request.zone
    name = {"id": f"{one.seen.id}-{number}", "version": str(said.version)}
    element = add(situation, "situationRecord", **name, **{XSI_TYPE: record.name})
    add(element, "situationRecordCreationTime", local_text(ms_of_iso(one.created), zone))
    if said.timing.observed is not None:
        add(element, "situationRecordObservationTime", local_text(ms_of_iso(said.timing.observed), zone))
    add(element, "situationRecordVersionTime", local_text(ms_of_iso(said.updated), zone))
    add(element, "probabilityOfOccurrence", probability(said))
    add(element, "severity", severity(said))
    _source(add(element, "source"), said, request)
    _validity(add(element, "validity"), said, request)
    if number == 0:
        _impact(element, said)
    elif said.kind != SituationKind.CLOSURE:
        cause = add(element, "cause", **{XSI_TYPE: "ManagedCause"})
        add(cause, "managedCause", id=f"{one.seen.id}-0", version=str(said.version), targetClass="SituationRecord")
    _comments(element, said)
    _location(element, one)
    extension = add(add(element, "situationRecordExtension"), "situationRecordExtension")
    add(extension, "situationRecordReferenceSequence", one.number * _RECORDS_OF_ONE + number)
    for tag, value in record.details:
        add(element, tag, value)


def _source(source: Element, said: SituationProperties, request: ExportRequest) -> None:
    add(source, "sourceCountry", "it")
    add(source, "sourceIdentification", said.owner)
    _text(source, "sourceName", OwnText(request.title(said.owner)))
    if said.provenance is not None:
        if said.provenance.source_type is not None:
            kind = word(said.provenance.source_type, {"other": "otherInformation"})
            add(source, "sourceType", kind)
        add_if(source, "reliable", said.provenance.reliable)


def _validity(validity: Element, said: SituationProperties, request: ExportRequest) -> None:
    span, zone = span_of(said.timing, request.zone), request.zone
    going_on = said.state is SituationState.ACTIVE and not said.timing.recurrence
    add(validity, "validityStatus", "active" if going_on else "definedByValidityTimeSpec")
    if said.overrunning:
        add(validity, "overrunning", text=True)
    times = add(validity, "validityTimeSpecification")
    add(times, "overallStartTime", local_text(span.from_ms, zone))
    if span.to_ms < NEVER_MS:
        add(times, "overallEndTime", local_text(span.to_ms, zone))
    for hours in valid_hours(said.timing, zone):
        period = add(times, "validPeriod")
        add(period, "startOfPeriod", local_text(hours.from_ms, zone))
        of_day = add(period, "recurringTimePeriodOfDay", **{XSI_TYPE: "TimePeriodByHour"})
        add(of_day, "startTimeOfPeriod", hours.begin)
        add(of_day, "endTimeOfPeriod", hours.end)
        if hours.days:
            days = add(period, "recurringDayWeekMonthPeriod")
            for day in hours.days:
                add(days, "applicableDay", day)
    for excepted in excepted_hours(said.timing, zone):
        period = add(times, "exceptionPeriod")
        add(period, "startOfPeriod", local_text(excepted.from_ms, zone))
        add(period, "endOfPeriod", local_text(excepted.to_ms, zone))
    if said.state is not SituationState.ACTIVE:
        extended = add(add(validity, "validityExtension"), "validityExtension")
        add(extended, "validityStatusExtended", _OVER.get(said.state, "futureEvent"))


def _impact(element: Element, said: SituationProperties) -> None:
    impact = said.impact
    if impact is None or (impact.capacity_percent, impact.lanes_closed, impact.lanes_open, impact.delay_s) == (None,) * 4:
        return
    found = add(element, "impact")
    add_if(found, "capacityRemaining", impact.capacity_percent)
    add_if(found, "numberOfLanesRestricted", impact.lanes_closed)
    add_if(found, "numberOfOperationalLanes", impact.lanes_open)
    if impact.delay_s is not None:
        add(add(found, "delays"), "delayTimeValue", impact.delay_s)


def _comments(element: Element, said: SituationProperties) -> None:
    headline, place = marked_headline(said), place_of(said)
    _comment(element, "generalPublicComment", OwnText(headline.it, headline.en), "description")
    if said.description is not None:
        _comment(element, "generalPublicComment", said.description, "description")
    if place is not None:
        english = None if said.location.description is None else said.location.description.en
        _comment(element, "generalPublicComment", OwnText(place, english), "locationDescriptor")
    if said.internal is not None and said.internal.text is not None:
        _comment(element, "nonGeneralPublicComment", OwnText(said.internal.text), "internalNote")
    for address, title in links_of(said):
        link = add(element, "urlLink")
        add(link, "urlLinkAddress", address)
        if title is not None:
            _text(link, "urlLinkDescription", OwnText(title))


def _comment(element: Element, tag: str, text: OwnText, kind: str) -> None:
    comment = add(element, tag)
    _text(comment, "comment", text)
    add(comment, "commentType", kind)


def _text(parent: Element, tag: str, text: OwnText) -> None:
    values = add(add(parent, tag), "values")
    add(values, "value", shortened(text.it), lang="it")
    if text.en is not None:
        add(values, "value", shortened(text.en), lang="en")


def _location(element: Element, one: ExportedSituation) -> None:
    paths = [] if one.seen.geometry is None else paths_of(one.seen.geometry)
    if len(paths) == 1:
        _part(element, "groupOfLocations", paths[0], one.said)
        return
    group = add(element, "groupOfLocations", **{XSI_TYPE: "NonOrderedLocationGroupByList"})
    for path in paths:
        _part(group, "locationContainedInGroup", path, one.said)


def _part(parent: Element, tag: str, path: list[Position], said: SituationProperties) -> None:
    if len(path) == 1:
        point = add(add(parent, tag, **{XSI_TYPE: "Point"}), "pointByCoordinates")
        _position(add(point, "pointCoordinates"), path[0])
        return
    extension = add(add(parent, tag, **{XSI_TYPE: "Linear"}), "linearExtension")
    line = add(add(extension, "extendedLinear"), "linearByCoordinates")
    streets = list(dict.fromkeys(street.name for street in said.location.street_refs))
    if len(streets) == 1:
        _text(line, "roadName", OwnText(streets[0]))
    _position(add(line, "start"), path[0])
    for index, position in enumerate(path[1:-1]):
        _position(add(add(line, "intermediate", index=str(index)), "pointCoordinates"), position)
    _position(add(line, "end"), path[-1])


def _position(parent: Element, position: Position) -> None:
    lon, lat = position
    add(parent, "latitude", f"{lat:.6f}")
    add(parent, "longitude", f"{lon:.6f}")


DATEX_ITALIAN = ExchangeFormat(
    name="datex-it",
    title="DATEX II 2.3 IT",
    kinds=KINDS,
    states=AGREED,
    exercises="`informationStatus`",
    obstacle=_obstacle,
    write=_write,
    losses=(
        *LOST_BY_BOTH,
        *lost("publicevent.venue", "internal.contact"),
        LostField("geometry", "events with areas are left out"),
        LostField("publicevent.type", "what 2.3 has no word for is `other`"),
        LostField("accident.types", "what 2.3 has no word for is `other`"),
        LostField("lighting.equipment", "what 2.3 has no word for is `other`"),
        LostField("state", "`planned` and `confirmed` are `futureEvent`; proposals are left out"),
    ),
    several=True,
)
