"""What the owner of a situation says of it: everything but what the Situation Room adds."""

import msgspec

from gateway.situation.event.datex_names import SourceType
from gateway.situation.event.fields import Few, Line, OwnLine, OwnText, Paragraph, Reference, WebAddress
from gateway.situation.event.impact import Impact
from gateway.situation.event.kinds import InformationStatus, Probability, Relation, SeverityLevel, SituationKind
from gateway.situation.event.place import Location
from gateway.situation.event.subjects import (
    AccidentDetails,
    CapDetails,
    DamageDetails,
    EnvironmentDetails,
    LightingDetails,
    OutageDetails,
    ParkingDetails,
    PublicEventDetails,
    TrafficDetails,
)
from gateway.situation.event.timing import Timing
from gateway.situation.event.works import Roadworks


class Audience(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who may see an event: everybody, or these organisations. Its owner always may."""

    public: bool = False
    organisations: Few[Reference] = []


class InternalNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the organisations of the audience see, and the public does not. A contact is personal data."""

    text: Paragraph | None = None
    contact: Line | None = None


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the information is from, and under which licence it may be used."""

    licence: Line | None = None
    source_type: SourceType | None = None
    reliable: bool | None = None
    reference: Line | None = None
    url: WebAddress | None = None


class RelatedSituation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another situation."""

    id: Reference
    relation: Relation = Relation.OTHER


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document elsewhere. It is for the organisations of the audience, unless it is marked as public."""

    href: WebAddress
    title: Line
    media_type: Line | None = None
    public: bool = False


class Essentials(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What every event has."""

    kind: SituationKind
    headline: OwnLine
    timing: Timing
    information_status: InformationStatus = InformationStatus.REAL
    description: OwnText | None = None
    internal: InternalNote | None = None
    severity: SeverityLevel = SeverityLevel.UNKNOWN
    probability: Probability = Probability.CERTAIN
    location: Location = Location()
    impact: Impact | None = None
    audience: Audience = Audience()
    provenance: Provenance | None = None

    @property
    def exercise(self) -> bool:
        """Whether this is a test or an exercise, and not real."""
        return self.information_status is not InformationStatus.REAL


class SituationContent(Essentials, frozen=True, omit_defaults=True, kw_only=True):
    """What the owner says: the essentials, what is particular to the kind, related situations, documents."""

    roadworks: Roadworks | None = None
    traffic: TrafficDetails | None = None
    accident: AccidentDetails | None = None
    parking: ParkingDetails | None = None
    outage: OutageDetails | None = None
    damage: DamageDetails | None = None
    lighting: LightingDetails | None = None
    environment: EnvironmentDetails | None = None
    publicevent: PublicEventDetails | None = None
    cap: CapDetails | None = None
    related: Few[RelatedSituation] = []
    attachments: Few[Attachment] = []
