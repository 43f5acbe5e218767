"""DATEX II 3.7 (EN 16157), a snapshot of situations in the payload of the exchange 2020."""

from types import MappingProxyType
from xml.etree.ElementTree import Element

from gateway.model.instants import ms_of_iso
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import SituationProperties
from gateway.situation.event.fields import OwnText
from gateway.situation.event.geometry import Geometry, Position, areas_of, paths_of
from gateway.situation.event.kinds import SituationKind, SituationState
from gateway.situation.formats.datex.losses import LOST_BY_BOTH
from gateway.situation.formats.datex.periods import excepted_hours, valid_hours
from gateway.situation.formats.datex.records import KINDS, DatexRecord, links_of, probability, records_of, severity, shortened, word
from gateway.situation.formats.known_times import local_text
from gateway.situation.formats.port import EXPECTED, ExchangeFormat, ExportedFile, ExportedSituation, ExportRequest, LostField, lost
from gateway.situation.formats.texts import marked_headline
from gateway.situation.formats.xml_writing import XSI_TYPE, add, add_if, document_of
from gateway.situation.times.instants import NEVER_MS, span_of

_NAMESPACES = {
    f"xmlns:{prefix}": f"http://datex2.eu/schema/3/{name}"
    for prefix, name in (("d2", "d2Payload"), ("com", "common"), ("loc", "locationReferencing"), ("sit", "situation"))
}


def _obstacle(one: ExportedSituation, _request: ExportRequest) -> Bilingual | None:
    return Bilingual("it has no geometry", "non ha geometria") if one.seen.geometry is None else None


def _write(request: ExportRequest) -> list[ExportedFile]:
    payload = Element("d2:payload", {**_NAMESPACES, XSI_TYPE: "sit:SituationPublication", "lang": "it", "modelBaseVersion": "3"})
    add(payload, "com:publicationTime", local_text(request.made_ms, request.zone))
    creator = add(payload, "com:publicationCreator")
    add(creator, "com:country", "it")
    add(creator, "com:nationalIdentifier", request.site)
    present = {one.seen.id: one for one in request.situations}
    for one in request.situations:
        _situation(payload, one, present, request)
    return [ExportedFile("datex3.xml", document_of(payload))]


def _situation(payload: Element, one: ExportedSituation, present: dict[str, ExportedSituation], request: ExportRequest) -> None:
    said = one.said
    situation = add(payload, "sit:situation", id=one.seen.id)
    add(situation, "sit:overallSeverity", severity(said))
    add(situation, "sit:situationVersionTime", local_text(ms_of_iso(said.updated), request.zone))
    header = add(situation, "sit:headerInformation")
    add(header, "com:confidentiality", "noRestriction" if said.audience.public else "restrictedToAuthoritiesAndTrafficOperators")
    add(header, "com:informationStatus", said.information_status)
    for number, record in enumerate(records_of(said, MappingProxyType({}))):
        _record(situation, one, record, number, request)
    for related in dict.fromkeys(one.id for one in said.related if one.id in present):
        version = str(present[related].said.version)
        add(add(situation, "sit:relatedSituation"), "sit:objectReference", id=related, version=version, targetClass="sit:Situation")


def _record(situation: Element, one: ExportedSituation, record: DatexRecord, number: int, request: ExportRequest) -> None:
    said, zone = one.said, request.zone
    name = {"id": f"{one.seen.id}-{number}", "version": str(said.version)}
    element = add(situation, "sit:situationRecord", **name, **{XSI_TYPE: f"sit:{record.name}"})
    add(element, "sit:situationRecordCreationTime", local_text(ms_of_iso(one.created), zone))
    if said.timing.observed is not None:
        add(element, "sit:situationRecordObservationTime", local_text(ms_of_iso(said.timing.observed), zone))
    add(element, "sit:situationRecordVersionTime", local_text(ms_of_iso(said.updated), zone))
    add(element, "sit:probabilityOfOccurrence", probability(said))
    add(element, "sit:severity", severity(said))
    _source(add(element, "sit:source"), said, request)
    _validity(add(element, "sit:validity"), said, request)
    if number == 0:
        _impact(element, said)
    elif said.kind != SituationKind.CLOSURE:
        reference = add(add(element, "sit:cause"), "sit:managedCause")
        add(reference, "sit:objectReference", id=f"{one.seen.id}-0", version=str(said.version), targetClass="sit:SituationRecord")
    _comments(element, said)
    if one.seen.geometry is not None:
        _location(element, one.seen.geometry, said)
    for tag, value in record.details:
        add(element, f"sit:{tag}", value)
    if record.name == "PublicEvent" and said.publicevent is not None and said.publicevent.venue is not None:
        _text(element, "sit:venueName", OwnText(said.publicevent.venue))


def _source(source: Element, said: SituationProperties, request: ExportRequest) -> None:
    add(source, "com:sourceCountry", "it")
    add(source, "com:sourceIdentification", said.owner)
    _text(source, "com:sourceName", OwnText(request.title(said.owner)))
    if said.provenance is not None:
        if said.provenance.source_type is not None:
            add(source, "com:sourceType", word(said.provenance.source_type, {"other": "otherInformation"}))
        add_if(source, "com:reliable", said.provenance.reliable)


def _validity(validity: Element, said: SituationProperties, request: ExportRequest) -> None:
    span, zone = span_of(said.timing, request.zone), request.zone
    begun = said.state is SituationState.ACTIVE and not said.timing.recurrence
    planned = said.state is SituationState.PLANNED
    add(validity, "com:validityStatus", "active" if begun else "planned" if planned else "definedByValidityTimeSpec")
    if said.overrunning:
        add(validity, "com:overrunning", text=True)
    times = add(validity, "com:validityTimeSpecification")
    add(times, "com:overallStartTime", local_text(span.from_ms, zone))
    if span.to_ms < NEVER_MS:
        add(times, "com:overallEndTime", local_text(span.to_ms, zone))
    for hours in valid_hours(said.timing, zone):
        period = add(times, "com:validPeriod")
        add(period, "com:startOfPeriod", local_text(hours.from_ms, zone))
        of_day = add(period, "com:recurringTimePeriodOfDay")
        add(of_day, "com:startTimeOfPeriod", hours.begin)
        add(of_day, "com:endTimeOfPeriod", hours.end)
        if hours.days:
            days = add(period, "com:recurringDayWeekMonthPeriod")
            for day in hours.days:
                add(days, "com:applicableDay", day)
    for excepted in excepted_hours(said.timing, zone):
        period = add(times, "com:exceptionPeriod")
        add(period, "com:startOfPeriod", local_text(excepted.from_ms, zone))
        add(period, "com:endOfPeriod", local_text(excepted.to_ms, zone))


def _impact(element: Element, said: SituationProperties) -> None:
    impact = said.impact
    if impact is None or (impact.capacity_percent, impact.lanes_closed, impact.lanes_open, impact.delay_s) == (None,) * 4:
        return
    found = add(element, "sit:impact")
    add_if(found, "sit:capacityRemaining", impact.capacity_percent)
    add_if(found, "sit:numberOfLanesRestricted", impact.lanes_closed)
    add_if(found, "sit:numberOfOperationalLanes", impact.lanes_open)
    if impact.delay_s is not None:
        add(add(found, "sit:delays"), "sit:delayTimeValue", impact.delay_s)


def _comments(element: Element, said: SituationProperties) -> None:
    headline = marked_headline(said)
    _comment(element, "sit:generalPublicComment", OwnText(headline.it, headline.en), "description")
    if said.description is not None:
        _comment(element, "sit:generalPublicComment", said.description, "description")
    if said.internal is not None and said.internal.text is not None:
        _comment(element, "sit:nonGeneralPublicComment", OwnText(said.internal.text), "internalNote")
    for address, title in links_of(said):
        link = add(element, "sit:urlLink")
        add(link, "com:urlLinkAddress", address)
        if title is not None:
            _text(link, "com:urlLinkDescription", OwnText(title))


def _comment(element: Element, tag: str, text: OwnText, kind: str) -> None:
    comment = add(element, tag)
    _text(comment, "sit:comment", text)
    add(comment, "sit:commentType", kind)


def _text(parent: Element, tag: str, text: OwnText) -> None:
    values = add(add(parent, tag), "com:values")
    add(values, "com:value", shortened(text.it), lang="it")
    if text.en is not None:
        add(values, "com:value", shortened(text.en), lang="en")


def _location(element: Element, geometry: Geometry, said: SituationProperties) -> None:
    areas, paths = areas_of(geometry), paths_of(geometry)
    if areas:
        polygons = add(add(element, "sit:locationReference", **{XSI_TYPE: "loc:AreaLocation"}), "loc:gmlMultiPolygon")
        for outer, *holes in areas:
            polygon = add(polygons, "loc:gmlPolygon")
            add(add(polygon, "loc:exterior"), "loc:posList", _positions(outer))
            for hole in holes:
                add(add(polygon, "loc:interior"), "loc:posList", _positions(hole))
    elif len(paths) == 1:
        _part(element, "sit:locationReference", paths[0], said)
    else:
        group = add(element, "sit:locationReference", **{XSI_TYPE: "loc:LocationGroupByList"})
        for path in paths:
            _part(group, "loc:locationContainedInGroup", path, said)


def _part(parent: Element, tag: str, path: list[Position], said: SituationProperties) -> None:
    part = add(parent, tag, **{XSI_TYPE: "loc:PointLocation" if len(path) == 1 else "loc:LinearLocation"})
    if said.location.description is not None or said.location.street_refs:
        described = add(part, "loc:supplementaryPositionalDescription")
        if said.location.description is not None:
            _text(described, "loc:locationDescription", said.location.description)
        for street in dict.fromkeys(street.name for street in said.location.street_refs):
            add(add(described, "loc:roadInformation"), "loc:roadName", street)
    if len(path) == 1:
        lon, lat = path[0]
        point = add(add(part, "loc:pointByCoordinates"), "loc:pointCoordinates")
        add(point, "loc:latitude", f"{lat:.6f}")
        add(point, "loc:longitude", f"{lon:.6f}")
    else:
        add(add(part, "loc:gmlLineString", srsName="EPSG:4326"), "loc:posList", _positions(path))


def _positions(path: list[Position]) -> str:
    """Return positions as EPSG:4326 has them: latitude first."""
    return " ".join(f"{lat:.6f} {lon:.6f}" for lon, lat in path)


DATEX_3 = ExchangeFormat(
    name="datex3",
    title="DATEX II 3.7",
    kinds=KINDS,
    states=EXPECTED | {SituationState.ENDED},
    exercises="`informationStatus`",
    obstacle=_obstacle,
    write=_write,
    losses=(
        *LOST_BY_BOTH,
        *lost("location.street_refs.number_from", "location.street_refs.number_to", "internal.contact"),
        LostField("geometry", "areas without the names of their streets"),
        LostField("state", "what has ended is over by its times; proposals and what is cancelled are left out"),
        LostField("timing.recurrence", "the hours; whether it has begun is not said then"),
    ),
)
