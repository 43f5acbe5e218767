"""What is particular to one kind of event."""

from typing import Annotated, Literal

import msgspec

from gateway.situation.event.datex_names import (
    AbnormalTraffic,
    AccidentType,
    DamageType,
    EquipmentFault,
    EquipmentType,
    ParkingStatus,
    PublicEventType,
    Trend,
)
from gateway.situation.event.fields import Count, Few, Instant, Line, Paragraph
from gateway.situation.event.kinds import Utility

_Measured = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]


class TrafficDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """Disturbed traffic."""

    type: AbnormalTraffic
    queue_length_m: Count | None = None


class AccidentDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """An accident."""

    types: Few[AccidentType]


class ParkingDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """A car park."""

    status: ParkingStatus
    available: Count | None = None
    total: Count | None = None
    trend: Trend | None = None


class OutageDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """A supply that is interrupted."""

    utility: Utility
    planned: bool = False
    restoration_expected: Instant | None = None


class DamageDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that is damaged."""

    type: DamageType
    utility: Utility | None = None


class LightingDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fault of street lighting or other equipment of the road."""

    equipment: EquipmentType = EquipmentType.STREET_LIGHTING
    fault: EquipmentFault = EquipmentFault.NOT_WORKING
    lamps: Count | None = None


class EnvironmentDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """A limit of air, noise or water that is exceeded; the unit is UCUM."""

    quantity: Line
    value: _Measured
    unit: Line
    limit: _Measured | None = None
    averaged_over_s: Count | None = None


class PublicEventDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event that draws people."""

    type: PublicEventType
    venue: Line | None = None
    visitors: Count | None = None


_CapCategory = Literal[
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"
]  # fmt: skip


class CapDetails(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an alert in CAP 1.2 (OASIS) needs besides; other values follow from the event."""

    category: Annotated[list[_CapCategory], msgspec.Meta(min_length=1, max_length=12)]
    event: Line
    urgency: Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
    certainty: Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]
    response: Few[Literal["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"]] = []
    instruction: Paragraph | None = None
