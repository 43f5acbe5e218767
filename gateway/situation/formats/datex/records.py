"""What a situation is in DATEX II: one record for the event, and one for each restriction of traffic that it causes."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gateway.situation.event.datex_names import EquipmentFault, RoadManagement
from gateway.situation.event.document import SituationProperties
from gateway.situation.event.kinds import Probability, SeverityLevel, SituationKind, TrafficControl
from gateway.situation.event.open_enumeration import OpenEnumeration
from gateway.situation.formats.traffic import closed

KINDS = frozenset(
    {
        SituationKind.ROADWORKS,
        SituationKind.CLOSURE,
        SituationKind.TRAFFIC,
        SituationKind.ACCIDENT,
        SituationKind.DAMAGE,
        SituationKind.LIGHTING,
        SituationKind.PUBLIC_EVENT,
    }
)
"""Kinds that have a class of record."""

MOST_TEXT = 1024
"""Characters of a text in one language (MultilingualStringValueType)."""


class DatexRecord(NamedTuple):
    """A record: its class, and the elements of the class in their order. The first one of a situation causes the others."""

    name: str
    details: tuple[tuple[str, str], ...]


_MANAGED = {
    TrafficControl.ROAD_CLOSURE: RoadManagement.ROAD_CLOSED,
    TrafficControl.LANE_CLOSURE: RoadManagement.LANE_CLOSURES,
    TrafficControl.CONTRA_FLOW: RoadManagement.CONTRAFLOW,
    TrafficControl.MULTI_WAY_SIGNALS: RoadManagement.SINGLE_ALTERNATE_LINE_TRAFFIC,
    TrafficControl.TWO_WAY_SIGNALS: RoadManagement.SINGLE_ALTERNATE_LINE_TRAFFIC,
    TrafficControl.STOP_GO: RoadManagement.SINGLE_ALTERNATE_LINE_TRAFFIC,
    TrafficControl.PRIORITY: RoadManagement.SINGLE_ALTERNATE_LINE_TRAFFIC,
    TrafficControl.GIVE_AND_TAKE: RoadManagement.SINGLE_ALTERNATE_LINE_TRAFFIC,
}
"""What road users meet, where the owner of the event says only how traffic passes."""


def records_of(said: SituationProperties, names: Mapping[str, str]) -> list[DatexRecord]:
    """Return the records of an event; none if its kind has no class.

    Args:
        said: What is said of it.
        names: Members of enumerations that this version of DATEX II calls otherwise, or not at all.
    """
    restrictions = [DatexRecord("RoadOrCarriagewayOrLaneManagement", one) for one in _restrictions(said, names)]
    event = _event(said, names)
    return restrictions if event is None else [event, *restrictions]


def _event(said: SituationProperties, names: Mapping[str, str]) -> DatexRecord | None:
    match said.kind:
        case SituationKind.ROADWORKS:
            return DatexRecord("MaintenanceWorks", tuple(_works(said, names)))
        case SituationKind.TRAFFIC:
            return DatexRecord("AbnormalTraffic", tuple(_traffic(said, names)))
        case SituationKind.ACCIDENT:
            types = [] if said.accident is None else said.accident.types
            found = dict.fromkeys(word(one, names) for one in types) or {"accident": None}
            return DatexRecord("Accident", tuple(("accidentType", one) for one in found))
        case SituationKind.DAMAGE:
            damage = "other" if said.damage is None else word(said.damage.type, names)
            return DatexRecord("InfrastructureDamageObstruction", (("infrastructureDamageType", damage),))
        case SituationKind.LIGHTING:
            return DatexRecord("EquipmentOrSystemFault", tuple(_fault(said, names)))
        case SituationKind.PUBLIC_EVENT:
            event = "other" if said.publicevent is None else word(said.publicevent.type, names)
            return DatexRecord("PublicEvent", (("publicEventType", event),))
        case _:
            return None


def _works(said: SituationProperties, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if said.roadworks is not None and said.roadworks.category.immediate:
        yield "urgentRoadworks", "true"
    maintenance = [] if said.roadworks is None else said.roadworks.maintenance
    for one in dict.fromkeys(word(one, names) for one in maintenance) or {"roadworks": None}:
        yield "roadMaintenanceType", one


def _traffic(said: SituationProperties, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if said.traffic is not None:
        yield "abnormalTrafficType", word(said.traffic.type, names)
        if said.traffic.queue_length_m is not None:
            yield "queueLength", str(said.traffic.queue_length_m)


def _fault(said: SituationProperties, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    fault = EquipmentFault.NOT_WORKING if said.lighting is None else said.lighting.fault.member
    yield "equipmentOrSystemFaultType", EquipmentFault.WORKING_INCORRECTLY if fault is EquipmentFault.OTHER else fault
    yield "faultyEquipmentOrSystemType", "streetLighting" if said.lighting is None else word(said.lighting.equipment, names)


def _restrictions(said: SituationProperties, names: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], ...]]:
    found = [] if said.impact is None else list(said.impact.management)
    if said.impact is not None and said.impact.control in _MANAGED:
        found.append(_MANAGED[said.impact.control])
    if closed(said) and not found:
        found.append(RoadManagement.ROAD_CLOSED)
    if said.kind == SituationKind.CLOSURE and not found:
        found.append(RoadManagement.OTHER)
    for one in dict.fromkeys(word(member, names) for member in found):
        yield ("complianceOption", "mandatory"), ("roadOrCarriagewayOrLaneManagementType", one)


def word(member: OpenEnumeration, names: Mapping[str, str]) -> str:
    """Return how a version of DATEX II calls a member of an enumeration; what it does not have is `other`."""
    known = str(member.member)
    return names.get(known, known)


def probability(said: SituationProperties) -> str:
    """Return how sure it is that an event happens; DATEX II has no word for what this version does not know."""
    return Probability.PROBABLE if said.probability.member is Probability.OTHER else said.probability


def severity(said: SituationProperties) -> str:
    """Return how much an event disturbs."""
    return SeverityLevel.UNKNOWN if said.severity.member is SeverityLevel.OTHER else said.severity


def shortened(text: str) -> str:
    """Return as much of a text as DATEX II has room for."""
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def links_of(said: SituationProperties) -> Iterator[tuple[str, str | None]]:
    """Yield the addresses that a situation refers to, each with its title if it has one."""
    if said.provenance is not None and said.provenance.url is not None:
        yield said.provenance.url, None
    yield from ((one.href, one.title) for one in said.attachments)
