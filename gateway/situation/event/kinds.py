"""The enumerations that the rules of the Situation Room know."""

from enum import StrEnum

from gateway.situation.event.open_enumeration import OpenEnumeration


class SituationKind(OpenEnumeration):
    """What an event is about."""

    ROADWORKS = "roadworks"
    CLOSURE = "closure"
    TRAFFIC = "traffic"
    ACCIDENT = "accident"
    PARKING = "parking"
    OUTAGE = "outage"
    DAMAGE = "damage"
    LIGHTING = "lighting"
    ENVIRONMENT = "environment"
    PUBLIC_EVENT = "publicevent"
    SAFETY = "safety"
    OTHER = "other"


class SituationState(StrEnum):
    """Where a situation is in its life. Closed: rules follow from it, so an unknown state is rejected."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    ACTIVE = "active"
    ENDED = "ended"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more happens."""
        return self in (SituationState.ENDED, SituationState.CANCELLED)


class InformationStatus(StrEnum):
    """Whether an event is real (DATEX II InformationStatusEnum). Closed: an exercise must never be taken for the real thing."""

    REAL = "real"
    TEST = "test"
    SECURITY_EXERCISE = "securityExercise"
    TECHNICAL_EXERCISE = "technicalExercise"


class SeverityLevel(OpenEnumeration):
    """How much an event disturbs (DATEX II SeverityEnum)."""

    HIGHEST = "highest"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    LOWEST = "lowest"
    NONE = "none"
    UNKNOWN = "unknown"
    OTHER = "other"


class Probability(OpenEnumeration):
    """How sure it is that an event happens (DATEX II ProbabilityOfOccurrenceEnum)."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    RISK_OF = "riskOf"
    OTHER = "other"


class LocationMethod(OpenEnumeration):
    """How beginning and end of a place were found (WZDx 4.2 LocationMethod, and what is drawn or taken from an address)."""

    CHANNEL_DEVICE = "channel-device-method"
    SIGN = "sign-method"
    JUNCTION = "junction-method"
    DRAWN = "drawn"
    ADDRESS = "address"
    UNKNOWN = "unknown"
    OTHER = "other"


class StreetScheme(OpenEnumeration):
    """Who numbers streets: ANNCSU's PROGRESSIVO_NAZIONALE in Italy."""

    ANNCSU = "anncsu"
    OTHER = "other"


class WorksCategory(OpenEnumeration):
    """How long works last and how urgent they are, from which notice and answer periods follow (Street Manager)."""

    MAJOR_ADVANCE = "major_advance"
    MAJOR = "major"
    STANDARD = "standard"
    MINOR = "minor"
    URGENT = "immediate_urgent"
    EMERGENCY = "immediate_emergency"
    OTHER = "other"

    @property
    def immediate(self) -> bool:
        """Whether the works begin before anybody can answer."""
        return self in (WorksCategory.URGENT, WorksCategory.EMERGENCY)


class WorksActivity(OpenEnumeration):
    """What works are for (Street Manager ActivityType)."""

    HIGHWAY_IMPROVEMENT = "highway_improvement_works"
    HIGHWAY_REPAIR = "highway_repair_and_maintenance_works"
    UTILITY_ASSET = "utility_asset_works"
    UTILITY_REPAIR = "utility_repair_and_maintenance_works"
    DIVERSIONARY = "diversionary_works"
    SUPPLY_ALTERATION = "disconnection_or_alteration_of_supply"
    PERMANENT_REINSTATEMENT = "permanent_reinstatement"
    REMEDIAL = "remedial_works"
    CORE_SAMPLING = "core_sampling"
    NEW_CONNECTION = "new_service_connection"
    OTHER = "other"


class OccupiedPart(OpenEnumeration):
    """What part of the street works occupy (Street Manager LocationType)."""

    FOOTWAY = "footway"
    CARRIAGEWAY = "carriageway"
    VERGE = "verge"
    CYCLEWAY = "cycleway"
    FOOTPATH = "footpath"
    PARKING_PLACE = "parking_place"
    BUS_STOP = "bus_stop_or_stand"
    TAXI_RANK = "taxi_rank"
    OTHER = "other"


class TrafficControl(OpenEnumeration):
    """How traffic passes (Street Manager TrafficManagementType)."""

    ROAD_CLOSURE = "road_closure"
    CONTRA_FLOW = "contra_flow"
    LANE_CLOSURE = "lane_closure"
    MULTI_WAY_SIGNALS = "multi_way_signals"
    TWO_WAY_SIGNALS = "two_way_signals"
    CONVOY = "convoy_workings"
    STOP_GO = "stop_go_boards"
    PRIORITY = "priority_working"
    GIVE_AND_TAKE = "give_and_take"
    SOME_INCURSION = "some_carriageway_incursion"
    NO_INCURSION = "no_carriageway_incursion"
    OTHER = "other"


class ExcavationType(OpenEnumeration):
    """How the surface is opened (Street Manager ReinstatementType)."""

    EXCAVATION = "excavation"
    BAR_HOLES = "bar_holes"
    CORE_HOLES = "core_holes"
    POLE_TESTING = "pole_testing"
    OTHER = "other"


class ReinstatementStatus(OpenEnumeration):
    """Whether the surface is restored for good (Street Manager ReinstatementStatus)."""

    INTERIM = "interim"
    PERMANENT = "permanent"
    OTHER = "other"


class CollaborationType(OpenEnumeration):
    """What organisations share (Street Manager CollaborationType)."""

    TRENCH_PRIMARY = "trench_sharing_primary_promoter"
    TRENCH_SECONDARY = "trench_sharing_secondary_promoter"
    TRAFFIC_MANAGEMENT = "sharing_traffic_management_only"
    OTHER = "other"


class Utility(OpenEnumeration):
    """What an outage or an underground line supplies."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    WATER = "water"
    SEWER = "sewer"
    DISTRICT_HEATING = "districtHeating"
    WASTE = "waste"
    TELECOM = "telecom"
    PUBLIC_LIGHTING = "publicLighting"
    OTHER = "other"


class Relation(OpenEnumeration):
    """How one situation relates to another."""

    PART_OF = "part_of"
    CAUSED_BY = "caused_by"
    CAUSES = "causes"
    REPLACES = "replaces"
    FOLLOWS = "follows"
    SAME_AS = "same_as"
    OTHER = "other"
