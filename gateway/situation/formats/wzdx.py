"""A feed of work zones in WZDx 4.2 (USDOT): an event for each path of the works, each of their coming hours, and each detour."""

from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.model.instants import iso_utc, ms_of_iso
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.datex_names import MaintenanceType, RoadManagement
from gateway.situation.event.document import SituationProperties
from gateway.situation.event.geometry import areas_of, paths_of
from gateway.situation.event.kinds import LocationMethod, OccupiedPart, Relation, SituationKind, SituationState, TrafficControl
from gateway.situation.formats.known_times import KnownSpan, coming_hours, joined
from gateway.situation.formats.losses import (
    AFFECTED,
    CAP_DETAILS,
    CIVIC_NUMBERS,
    CONVERSATION,
    DETOUR_STREETS,
    EXPECTED_ALONE,
    HOURS,
    REAL_ALONE,
    REGISTERS,
    REPORTED,
    ROADWORKS_ALONE,
    SOURCE,
    SUBJECTS,
    WORKS,
)
from gateway.situation.formats.port import EXPECTED, ExchangeFormat, ExportedFile, ExportedSituation, ExportRequest, LostField, lost
from gateway.situation.formats.traffic import closed, lanes_closed

_VERSION = "4.2"

_KEPT_AFTER_END_MS = 3_600_000
"""A completed event stays in the feed for an hour (WZDx 4.2, business rules)."""

_Json = dict[str, Any]

_IMPACT = {
    TrafficControl.CONTRA_FLOW: "alternating-one-way",
    TrafficControl.MULTI_WAY_SIGNALS: "temporary-traffic-signal",
    TrafficControl.TWO_WAY_SIGNALS: "temporary-traffic-signal",
    TrafficControl.CONVOY: "flagging",
    TrafficControl.STOP_GO: "flagging",
    TrafficControl.PRIORITY: "alternating-one-way",
    TrafficControl.GIVE_AND_TAKE: "alternating-one-way",
    TrafficControl.NO_INCURSION: "all-lanes-open",
}

_WORK = {
    MaintenanceType.GRASS_CUTTING_WORK: "roadside-work",
    MaintenanceType.LITTER_CLEARANCE: "roadside-work",
    MaintenanceType.TREE_AND_VEGETATION_CUTTING_WORK: "roadside-work",
    MaintenanceType.ROADSIDE_WORK: "roadside-work",
    MaintenanceType.OVERHEAD_WORKS: "overhead-work",
    MaintenanceType.RESURFACING_WORK: "surface-work",
    MaintenanceType.ROAD_MARKING_WORK: "painting",
    MaintenanceType.MAINTENANCE_WORK: "maintenance",
    MaintenanceType.REPAIR_WORK: "maintenance",
    MaintenanceType.SWEEPING_OF_ROAD: "maintenance",
}

_RESTRICTIONS = {
    RoadManagement.NARROW_LANES: "reduced-width",
    RoadManagement.HEIGHT_RESTRICTION_IN_OPERATION: "reduced-height",
    RoadManagement.WEIGHT_RESTRICTION_IN_OPERATION: "reduced-weight",
}

_OWN_METHODS = frozenset({LocationMethod.CHANNEL_DEVICE, LocationMethod.SIGN, LocationMethod.JUNCTION, LocationMethod.UNKNOWN})


def _obstacle(one: ExportedSituation, request: ExportRequest) -> Bilingual | None:
    geometry = one.seen.geometry
    if geometry is None or areas_of(geometry):
        return Bilingual("its place is not a line or points", "il luogo non è una linea né dei punti")
    if not _streets(one.said):
        return Bilingual("it names no street", "non indica alcuna strada")
    hours = coming_hours(one.seen, request.zone, request.made_ms)
    if any(span.to_ms is None for span in hours):
        return Bilingual("nobody knows its end", "la fine non è nota")
    if not hours:
        return Bilingual("none of its hours is still to come", "nessuna delle sue ore deve ancora venire")
    if one.said.state is SituationState.ENDED and ms_of_iso(one.said.updated) + _KEPT_AFTER_END_MS < request.made_ms:
        return Bilingual("it ended more than an hour ago", "è terminata da più di un'ora")
    return None


def _write(request: ExportRequest) -> list[ExportedFile]:
    owners = sorted({one.said.owner for one in request.situations}) or [request.site]
    feed = {
        "feed_info": {
            "update_date": iso_utc(request.made_ms, "seconds"),
            "publisher": request.site,
            "version": _VERSION,
            "data_sources": [{"data_source_id": owner, "organization_name": request.title(owner)} for owner in owners],
        },
        "type": "FeatureCollection",
        "features": [feature for one in request.situations for feature in _features(one, request)],
    }
    return [ExportedFile("wzdx.geojson", msgspec.json.encode(feed))]


def _features(one: ExportedSituation, request: ExportRequest) -> Iterator[_Json]:
    hours = coming_hours(one.seen, request.zone, request.made_ms)
    places = list(_places(one))
    detours = _detour_places(one.said)
    for number, span in enumerate(hours):
        for part, place in enumerate(places):
            related = list(_related(one, len(hours), number, part, request))
            related += [{"type": "related-detour", "id": _detour_id(one, detour)} for detour in range(len(detours))]
            yield _feature(_event_id(one, number, part), place, _work_zone(one, span, related))
    whole = KnownSpan(hours[0].from_ms, hours[-1].to_ms)
    for number, place in enumerate(detours):
        yield _feature(_detour_id(one, number), place, _detour(one, whole))


def _feature(name: str, geometry: _Json, properties: _Json) -> _Json:
    return {"id": name, "type": "Feature", "properties": properties, "geometry": geometry}


def _event_id(one: ExportedSituation, occurrence: int, part: int) -> str:
    return f"{one.seen.id}{f'.{occurrence}' if occurrence else ''}{f'-{part}' if part else ''}"


def _detour_id(one: ExportedSituation, number: int) -> str:
    return f"{one.seen.id}.detour{f'-{number}' if number else ''}"


def _places(one: ExportedSituation) -> Iterator[_Json]:
    """Yield the geometries that are lines in one piece, or points."""
    paths = [] if one.seen.geometry is None else paths_of(one.seen.geometry)
    if paths and len(paths[0]) == 1:
        yield {"type": "MultiPoint", "coordinates": [path[0] for path in paths]}
    else:
        yield from ({"type": "LineString", "coordinates": path} for path in paths)


def _detour_places(said: SituationProperties) -> list[_Json]:
    if said.impact is None or said.impact.detour is None or said.impact.detour.geometry is None:
        return []
    return [{"type": "LineString", "coordinates": path} for path in paths_of(said.impact.detour.geometry)]


def _related(one: ExportedSituation, count: int, number: int, part: int, request: ExportRequest) -> Iterator[_Json]:
    if number:
        yield {"type": "first-occurrence", "id": _event_id(one, 0, part)}
    if number + 1 < count:
        yield {"type": "next-occurrence", "id": _event_id(one, number + 1, part)}
    if part:
        yield {"type": "related-work-zone", "id": _event_id(one, number, 0)}
    present = {other.seen.id for other in request.situations}
    for related in one.said.related:
        if related.relation == Relation.PART_OF and related.id in present:
            yield {"type": "related-work-zone", "id": related.id}


def _core(one: ExportedSituation, event_type: str, streets: list[str]) -> _Json:
    said = one.said
    return {
        "data_source_id": said.owner,
        "event_type": event_type,
        "road_names": streets,
        "direction": "unknown",
        "name": said.headline.it,
        "creation_date": one.created,
        "update_date": said.updated,
    }


def _times(said: SituationProperties, span: KnownSpan) -> _Json:
    return {
        "start_date": iso_utc(span.from_ms, "seconds"),
        "end_date": iso_utc(span.to_ms or span.from_ms, "seconds"),
        "is_start_date_verified": said.timing.start_verified,
        "is_end_date_verified": said.timing.end_verified,
    }


def _work_zone(one: ExportedSituation, span: KnownSpan, related: list[_Json]) -> _Json:
    said = one.said
    core = _core(one, "work-zone", _streets(said))
    if (text := joined(said.description)) is not None:
        core["description"] = text
    if related:
        core["related_road_events"] = related
    zone = {
        "core_details": core,
        **_times(said, span),
        "is_start_position_verified": said.location.start_verified,
        "is_end_position_verified": said.location.end_verified,
        "location_method": str(said.location.method.member) if said.location.method in _OWN_METHODS else "other",
        "vehicle_impact": _vehicle_impact(said),
    }
    works, restrictions = _types_of_work(said), _restrictions(said)
    return zone | ({"types_of_work": works} if works else {}) | ({"restrictions": restrictions} if restrictions else {})


def _detour(one: ExportedSituation, span: KnownSpan) -> _Json:
    said = one.said
    detour = None if said.impact is None else said.impact.detour
    streets = [street.name for street in detour.street_refs] if detour is not None else []
    core = _core(one, "detour", streets or _streets(said))
    core["related_road_events"] = [{"type": "related-work-zone", "id": _event_id(one, 0, 0)}]
    if detour is not None and (text := joined(detour.description)) is not None:
        core["description"] = text
    return {"core_details": core, **_times(said, span)}


def _streets(said: SituationProperties) -> list[str]:
    return [street.name for street in said.location.street_refs]


def _vehicle_impact(said: SituationProperties) -> str:
    if closed(said):
        return "all-lanes-closed"
    if said.impact is None:
        return "unknown"
    if said.impact.control in _IMPACT:
        return _IMPACT[said.impact.control]
    if RoadManagement.SINGLE_ALTERNATE_LINE_TRAFFIC in said.impact.management:
        return "alternating-one-way"
    return "some-lanes-closed" if lanes_closed(said) else "unknown"


def _types_of_work(said: SituationProperties) -> list[_Json]:
    if said.roadworks is None:
        return []
    names = [_WORK[one] for one in said.roadworks.maintenance if one in _WORK]
    names += ["below-road-work"] if said.roadworks.excavation is not None else []
    return [{"type_name": name} for name in dict.fromkeys(names)]


def _restrictions(said: SituationProperties) -> list[_Json]:
    names = [] if said.impact is None else [_RESTRICTIONS[one] for one in said.impact.management if one in _RESTRICTIONS]
    names += ["no-parking"] if said.roadworks is not None and OccupiedPart.PARKING_PLACE in said.roadworks.occupies else []
    return [{"type": name} for name in dict.fromkeys(names)]


WZDX = ExchangeFormat(
    name="wzdx",
    title="WZDx 4.2",
    kinds=frozenset({SituationKind.ROADWORKS}),
    states=EXPECTED | {SituationState.ENDED},
    exercises=None,
    obstacle=_obstacle,
    write=_write,
    losses=(
        *CONVERSATION,
        *WORKS,
        *SUBJECTS,
        *CAP_DETAILS,
        *REGISTERS,
        *CIVIC_NUMBERS,
        *AFFECTED,
        *DETOUR_STREETS,
        *SOURCE,
        *REPORTED,
        *lost(
            "traffic", "accident", "damage", "lighting", "severity", "probability", "headline.en", "location.description", "provenance.url"
        ),
        *lost("attachments", "audience.public", "version", "start_unconfirmed", "timing.observed"),
        LostField("timing.next_update", "the end of what is overrunning, for want of another"),
        LostField("overrunning", "the end is moved"),
        LostField("related", "the works that it is part of, if they are in the feed"),
        LostField("location.method", "`drawn` and `address` are `other`"),
        LostField("impact.management", "as `vehicle_impact` and `restrictions`"),
        LostField("impact.control", "as `vehicle_impact`"),
        LostField("impact.lanes_closed", "as `vehicle_impact`: that there are some"),
        LostField("roadworks.maintenance", "as `types_of_work`, if there is one like it"),
        LostField("roadworks.occupies", "`parking_place` alone"),
        LostField("roadworks.excavation", "that something is dug"),
        LostField("geometry", "events with areas are left out"),
        HOURS,
        ROADWORKS_ALONE,
        REAL_ALONE,
        EXPECTED_ALONE,
    ),
)
