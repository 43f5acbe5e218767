"""Situations for public transport: SIRI-IT 2.0.0 Situation Exchange, on SIRI 2.1 (CEN TS 15531-5), for the bus company.

Lines and stops are written as their owner names them: those of other parties are `IT:<NUTS>:Line:<operator>:<local>`.
"""

import re
from types import MappingProxyType
from xml.etree.ElementTree import Element

from gateway.model.instants import iso_utc, ms_of_iso
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import SituationProperties
from gateway.situation.event.fields import OwnLine, OwnText
from gateway.situation.event.impact import Impact
from gateway.situation.event.kinds import SeverityLevel, SituationKind, SituationState
from gateway.situation.formats.known_times import coming_hours
from gateway.situation.formats.losses import (
    CAP_DETAILS,
    CONVERSATION,
    DETOUR,
    HOURS,
    REPORTED,
    SITE_WORKS,
    SOURCE,
    VERIFIED_PLACE,
    VERIFIED_TIMES,
    WORKS,
)
from gateway.situation.formats.port import (
    AGREED,
    ALL_KINDS,
    ExchangeFormat,
    ExportedFile,
    ExportedSituation,
    ExportRequest,
    LostField,
    lost,
)
from gateway.situation.formats.texts import marked_headline
from gateway.situation.formats.xml_writing import add, add_if, document_of
from gateway.situation.lifecycle.parties import ANSWERED_KINDS

_TOKEN = re.compile("[A-Za-z0-9._:-]+")
"""What SIRI accepts as a reference (xsd:NMTOKEN), of the ASCII characters."""

_NAMESPACE = "http://www.siri.org.uk/siri"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

_CAUSES = MappingProxyType(
    {
        SituationKind.ROADWORKS: "constructionWork",
        SituationKind.ACCIDENT: "accident",
        SituationKind.OUTAGE: "technicalProblem",
        SituationKind.DAMAGE: "technicalProblem",
        SituationKind.LIGHTING: "technicalProblem",
    }
)

_SEVERITIES = MappingProxyType(
    {
        SeverityLevel.HIGHEST: "verySevere",
        SeverityLevel.HIGH: "severe",
        SeverityLevel.MEDIUM: "normal",
        SeverityLevel.LOW: "slight",
        SeverityLevel.LOWEST: "verySlight",
        SeverityLevel.NONE: "noImpact",
        SeverityLevel.UNKNOWN: "unknown",
    }
)

_PROGRESS = MappingProxyType({SituationState.ACTIVE: "open", SituationState.ENDED: "closed", SituationState.CANCELLED: "closed"})


def _obstacle(one: ExportedSituation, request: ExportRequest) -> Bilingual | None:
    impact = one.said.impact
    if impact is None or not (impact.lines or impact.stops):
        return Bilingual("it affects no line and no stop of public transport", "non riguarda linee né fermate del trasporto pubblico")
    names = [*impact.lines, *(stop.id for stop in impact.stops)]
    if (wrong := next((name for name in names if _TOKEN.fullmatch(name) is None), None)) is not None:
        return Bilingual(f"'{wrong}' is no identifier of a line or a stop", f"'{wrong}' non è un identificativo di linea o fermata")
    if not one.said.state.over and not coming_hours(one.seen, request.zone, request.made_ms):
        return Bilingual("none of its hours is still to come", "nessuna delle sue ore deve ancora venire")
    return None


def _write(request: ExportRequest) -> list[ExportedFile]:
    root = Element("Siri", {"xmlns": _NAMESPACE, "version": "2.1"})
    delivery = add(root, "ServiceDelivery")
    made = iso_utc(request.made_ms, "seconds")
    add(delivery, "ResponseTimestamp", made)
    add(delivery, "ProducerRef", request.site)
    exchange = add(delivery, "SituationExchangeDelivery", version="2.1")
    add(exchange, "ResponseTimestamp", made)
    situations = add(exchange, "Situations")
    for one in request.situations:
        if one.said.impact is not None:
            _situation(add(situations, "PtSituationElement"), one, one.said.impact, request)
    return [ExportedFile("siri-sx.xml", document_of(root))]


def _situation(element: Element, one: ExportedSituation, impact: Impact, request: ExportRequest) -> None:
    said = one.said
    add(element, "CreationTime", _instant(one.created))
    add(element, "CountryRef", "it")
    add(element, "ParticipantRef", said.owner)
    add(element, "SituationNumber", one.seen.id)
    add(element, "Version", said.version)
    source = add(element, "Source")
    add(source, "Country", "it")
    add(source, "SourceType", "directReport")
    add(source, "AgentReference", request.title(said.owner))
    add(element, "VersionedAtTime", _instant(said.updated))
    add(element, "Progress", _PROGRESS.get(said.state, "published"))
    add(element, "Reality", said.information_status)
    _periods(element, one, request)
    add(element, "AlertCause", _CAUSES.get(said.kind.member, "miscellaneous"))
    add(element, "Severity", _severity(said))
    add(element, "Planned", _planned(said))
    headline = marked_headline(said)
    _text(element, "Summary", headline)
    if said.description is not None:
        _text(element, "Description", said.description)
    _links(element, said)
    _affects(add(element, "Affects"), impact)
    _consequence(element, said, impact)


def _periods(element: Element, one: ExportedSituation, request: ExportRequest) -> None:
    for span in coming_hours(one.seen, request.zone, request.made_ms):
        period = add(element, "ValidityPeriod")
        add(period, "StartTime", iso_utc(span.from_ms, "seconds"))
        if span.to_ms is not None:
            add(period, "EndTime", iso_utc(span.to_ms, "seconds"))
    if element.find("ValidityPeriod") is None:  # its last hour is over, and it must have a period
        add(add(element, "ValidityPeriod"), "StartTime", _instant(one.said.updated))


def _severity(said: SituationProperties) -> str:
    return _SEVERITIES.get(said.severity.member, "undefined")


def _planned(said: SituationProperties) -> bool:
    if said.outage is not None:
        return said.outage.planned
    return said.kind in ANSWERED_KINDS and (said.roadworks is None or not said.roadworks.category.immediate)


def _links(element: Element, said: SituationProperties) -> None:
    addresses = [] if said.provenance is None or said.provenance.url is None else [(said.provenance.url, None)]
    links = [*addresses, *((one.href, one.title) for one in said.attachments)]
    if links:
        parent = add(element, "InfoLinks")
        for address, title in links:
            link = add(parent, "InfoLink")
            add(link, "Uri", address)
            add_if(link, "Label", title)


def _affects(affects: Element, impact: Impact) -> None:
    if impact.lines:
        network = add(add(affects, "Networks"), "AffectedNetwork")
        for line in dict.fromkeys(impact.lines):
            add(add(network, "AffectedLine"), "LineRef", line)
    if impact.stops:
        stops = add(affects, "StopPoints")
        for stop in impact.stops:
            affected = add(stops, "AffectedStopPoint")
            add(affected, "StopPointRef", stop.id)
            add_if(affected, "StopPointName", stop.name)


def _consequence(element: Element, said: SituationProperties, impact: Impact) -> None:
    consequence = add(add(element, "Consequences"), "Consequence")
    add(consequence, "Severity", _severity(said))
    if impact.stops:
        boarding = add(consequence, "Boarding")
        add(boarding, "ArrivalBoardingActivity", "noAlighting")
        add(boarding, "DepartureBoardingActivity", "noBoarding")
    if impact.delay_s:
        add(add(consequence, "Delays"), "Delay", f"PT{impact.delay_s}S")


def _text(element: Element, tag: str, text: OwnLine | OwnText) -> None:
    add(element, tag, text.it, **{_LANGUAGE: "it"})
    if text.en is not None:
        add(element, tag, text.en, **{_LANGUAGE: "en"})


def _instant(text: str) -> str:
    return iso_utc(ms_of_iso(text), "seconds")


SIRI_IT = ExchangeFormat(
    name="siri-it",
    title="SIRI-IT 2.0.0 SX",
    kinds=ALL_KINDS,
    states=AGREED,
    exercises="`Reality`, and in the summary",
    obstacle=_obstacle,
    write=_write,
    losses=(
        *(one for one in (*CONVERSATION, *WORKS) if one.field != "roadworks.category"),
        *SITE_WORKS,
        *CAP_DETAILS,
        *DETOUR,
        *SOURCE,
        *VERIFIED_TIMES,
        *VERIFIED_PLACE,
        *REPORTED,
        *lost("geometry", "probability", "location.street_refs", "location.junctions", "location.description", "parking", "environment"),
        *lost("traffic", "accident", "damage", "lighting", "publicevent", "outage.utility", "outage.restoration_expected"),
        *lost("impact.assets", "impact.customers", "impact.capacity_percent", "impact.lanes_open", "impact.lanes_closed"),
        *lost("impact.management", "impact.control", "impact.stops.replaced_by", "related", "attachments.media_type", "attachments.public"),
        *lost("audience.public", "start_unconfirmed", "timing.observed"),
        LostField("roadworks.category", "whether the works are planned"),
        LostField("kind", "as `AlertCause`"),
        LostField("severity", "what this version does not know is `undefined`"),
        LostField("state", "`published`, `open`, `closed`; proposals are left out"),
        LostField("overrunning", "the end is moved"),
        LostField("timing.next_update", "the end of what is overrunning, for want of another"),
        LostField("impact.lines", "events without lines and stops are left out, and those whose lines are no identifiers"),
        HOURS,
    ),
)
