"""Alerts in CAP 1.2 (OASIS): a document for each situation whose owner says how urgent and how certain it is."""

import math
from xml.etree.ElementTree import Element

from gateway.model.instants import ms_of_iso
from gateway.situation.bilingual import Bilingual
from gateway.situation.conflicts.shape import METRES_PER_DEGREE
from gateway.situation.event.content import Attachment
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.geometry import Geometry, areas_of, paths_of
from gateway.situation.event.kinds import InformationStatus, SeverityLevel, SituationState
from gateway.situation.event.subjects import CapDetails
from gateway.situation.formats.known_times import known_span, local_text
from gateway.situation.formats.losses import (
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
    AGREED,
    ALL_KINDS,
    ExchangeFormat,
    ExportedFile,
    ExportedSituation,
    ExportRequest,
    LostField,
    lost,
)
from gateway.situation.formats.texts import marked_headline, place_of
from gateway.situation.formats.xml_writing import add, add_if, document_of

_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"

_MOST_REFERENCES = 20
"""Earlier versions that an update replaces; whoever has missed that many needs the newest alone."""

_STATUS = {
    InformationStatus.REAL: "Actual",
    InformationStatus.TEST: "Test",
    InformationStatus.SECURITY_EXERCISE: "Exercise",
    InformationStatus.TECHNICAL_EXERCISE: "Exercise",
}

_SEVERITY = {
    SeverityLevel.HIGHEST: "Extreme",
    SeverityLevel.HIGH: "Severe",
    SeverityLevel.MEDIUM: "Moderate",
    SeverityLevel.LOW: "Minor",
    SeverityLevel.LOWEST: "Minor",
    SeverityLevel.NONE: "Minor",
}


def _obstacle(one: ExportedSituation, _request: ExportRequest) -> Bilingual | None:
    if one.said.cap is None:
        return Bilingual("it has no 'cap': how urgent and how certain it is", "manca 'cap': urgenza e certezza")
    return None


def _write(request: ExportRequest) -> list[ExportedFile]:
    files = []
    for one in request.situations:
        if one.said.cap is not None:
            root = _alert(one, one.said.cap, request)
            files.append(ExportedFile(f"{_identifier(one.seen)}.xml", document_of(root)))
    return files


def _alert(one: ExportedSituation, cap: CapDetails, request: ExportRequest) -> Element:
    said = one.said
    earlier = [old for old in one.earlier if old.properties.state in AGREED and old.properties.cap is not None]
    root = Element("alert", {"xmlns": _NAMESPACE})
    add(root, "identifier", _identifier(one.seen))
    add(root, "sender", said.owner)
    add(root, "sent", _sent(one.seen, request))
    add(root, "status", _STATUS[said.information_status])
    cancelled = said.state is SituationState.CANCELLED and earlier
    add(root, "msgType", "Cancel" if cancelled else "Update" if earlier else "Alert")
    add(root, "scope", "Public" if said.audience.public else "Private")
    if not said.audience.public:
        add(root, "addresses", " ".join(sorted({said.owner, *said.audience.organisations})))
    if said.exercise:
        add(root, "note", marked_headline(said).it)
    if earlier:
        references = (f"{old.properties.owner},{_identifier(old)},{_sent(old, request)}" for old in earlier[-_MOST_REFERENCES:])
        add(root, "references", " ".join(references))
    add(root, "incidents", one.seen.id)
    _info(root, one, cap, request, "it-IT")
    if said.headline.en is not None or (said.description is not None and said.description.en is not None):
        _info(root, one, cap, request, "en-GB")
    return root


def _info(root: Element, one: ExportedSituation, cap: CapDetails, request: ExportRequest, language: str) -> None:
    said, english = one.said, language == "en-GB"
    headline, span = marked_headline(said), known_span(one.seen, request.zone, request.made_ms)
    info = add(root, "info")
    add(info, "language", language)
    for category in dict.fromkeys(cap.category):
        add(info, "category", category)
    add(info, "event", cap.event)
    for response in dict.fromkeys(cap.response):
        add(info, "responseType", response)
    add(info, "urgency", "Past" if said.state.over else cap.urgency)
    add(info, "severity", _SEVERITY.get(said.severity.member, "Unknown"))
    add(info, "certainty", cap.certainty)
    add(info, "onset", local_text(span.from_ms, request.zone))
    if span.to_ms is not None:
        add(info, "expires", local_text(span.to_ms, request.zone))
    add(info, "senderName", request.title(said.owner))
    add(info, "headline", headline.en if english and headline.en is not None else headline.it)
    if said.description is not None:
        add(info, "description", said.description.en if english and said.description.en is not None else said.description.it)
    add_if(info, "instruction", cap.instruction)
    add_if(info, "web", None if said.provenance is None else said.provenance.url)
    for attachment in said.attachments:
        _resource(info, attachment)
    _area(info, one)


def _resource(info: Element, attachment: Attachment) -> None:
    resource = add(info, "resource")
    add(resource, "resourceDesc", attachment.title)
    add(resource, "mimeType", attachment.media_type or "application/octet-stream")
    add(resource, "uri", attachment.href)


def _area(info: Element, one: ExportedSituation) -> None:
    area = add(info, "area")
    add(area, "areaDesc", place_of(one.said) or one.said.headline.it)
    if one.seen.geometry is None:
        return
    areas = areas_of(one.seen.geometry)
    for rings in areas:
        add(area, "polygon", " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in rings[0]))
    if not areas:
        add(area, "circle", _circle(one.seen.geometry))


def _circle(geometry: Geometry) -> str:
    """Return a circle around all positions: its centre, and its radius in kilometres, rounded up to ten metres."""
    positions = [position for path in paths_of(geometry) for position in path]
    (west, east), (south, north) = ((min(ones), max(ones)) for ones in zip(*positions, strict=True))
    lon, lat = (west + east) / 2, (south + north) / 2
    east_m = METRES_PER_DEGREE * math.cos(math.radians(min(abs(south), abs(north))))
    radius_m = max(math.hypot((one[0] - lon) * east_m, (one[1] - lat) * METRES_PER_DEGREE) for one in positions)
    return f"{lat:.6f},{lon:.6f} {math.ceil(radius_m / 10) / 100:g}"


def _identifier(seen: SituationFeature) -> str:
    return f"{seen.properties.owner}-{seen.id}-{seen.properties.version}"


def _sent(seen: SituationFeature, request: ExportRequest) -> str:
    """Return when a version was made, in the form that CAP has alone: with an offset, without fractions."""
    return local_text(ms_of_iso(seen.properties.updated), request.zone)


CAP = ExchangeFormat(
    name="cap",
    title="CAP 1.2",
    kinds=ALL_KINDS,
    states=AGREED,
    exercises="`status`",
    obstacle=_obstacle,
    write=_write,
    losses=(
        *lost("internal", "acknowledgements", "comments"),
        *WORKS,
        *SITE_WORKS,
        *SUBJECTS,
        *REGISTERS,
        *lost("impact", "traffic", "accident", "damage", "lighting", "kind", "probability", "related", "timing.recurrence"),
        *SOURCE,
        *VERIFIED_TIMES,
        *VERIFIED_PLACE,
        *REPORTED,
        *lost("timing.observed", "start_unconfirmed", "location.description.en"),
        LostField("timing.next_update", "the end of what is overrunning, for want of another"),
        LostField("audience.organisations", "of alerts that are not public"),
        LostField("attachments.public", "whoever may not see one does not get it"),
        LostField("overrunning", "the end is moved"),
        LostField("state", "what is planned, confirmed and active looks alike; proposals are left out"),
        LostField("severity", "`low`, `lowest` and `none` are `Minor`"),
        LostField("geometry", "lines and points as the circle around them; areas without holes"),
    ),
    several=True,
)
