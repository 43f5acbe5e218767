"""The document of a situation: a GeoJSON feature (RFC 7946), in a CloudEvent (1.0, structured JSON) where it is exchanged."""

from typing import Annotated, Literal

import msgspec

from gateway.model.topics import LEVEL, whole
from gateway.situation.event.content import SituationContent
from gateway.situation.event.fields import Instant, Line, Paragraph, Reference
from gateway.situation.event.geometry import Geometry
from gateway.situation.event.kinds import InformationStatus, SituationState
from gateway.situation.event.open_enumeration import WORD

DATA_SCHEMA: Literal["urn:street-gateway:situation:v1"] = "urn:street-gateway:situation:v1"
"""Names the version of the document; docs/contract/situation.schema.json is its JSON Schema."""

_TYPE = rf"[a-z0-9][a-z0-9.-]{{0,99}}[.]situation[.]{WORD}[.]v1"
_VERSION = msgspec.Meta(ge=1, le=1_000_000)


class Acknowledgement(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an organisation says to a version: seen, accepted, or objected with the reason."""

    organisation: Reference
    answer: Literal["seen", "accepted", "objected"]
    version: Annotated[int, _VERSION]
    time: Instant
    note: Paragraph | None = None


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """What an organisation adds to the conversation."""

    organisation: Reference
    time: Instant
    text: Paragraph


class Draft(SituationContent, frozen=True, omit_defaults=True, kw_only=True):
    """The properties of a feature that an organisation sends: the content, and the state in which it shall begin.

    `version` is that on which a change is based, so that nobody overwrites what he has not seen.
    """

    state: SituationState | None = None
    version: Annotated[int, _VERSION] | None = None

    def content(self) -> SituationContent:
        """Return the content alone."""
        return SituationContent(**{name: getattr(self, name) for name in SituationContent.__struct_fields__})


class SituationProperties(SituationContent, frozen=True, omit_defaults=True, kw_only=True):
    """The properties of a feature that the Situation Room sends.

    `overrunning`: its planned end has passed. `start_unconfirmed`: its planned start has passed, and nobody has said that it began.
    """

    owner: Reference
    version: Annotated[int, _VERSION]
    state: SituationState
    updated: Instant
    overrunning: bool = False
    start_unconfirmed: bool = False
    acknowledgements: tuple[Acknowledgement, ...] = ()
    comments: tuple[Comment, ...] = ()


class DraftFeature(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A feature that an organisation sends. Its `id` begins with the organisation's name and `-`; without `id`, it gets one."""

    type: Literal["Feature"]
    geometry: Geometry | None
    properties: Draft
    id: Reference | None = None


class SituationFeature(msgspec.Struct, frozen=True, omit_defaults=False, kw_only=True):
    """A feature that the Situation Room sends."""

    id: Reference
    geometry: Geometry | None
    properties: SituationProperties
    type: Literal["Feature"] = "Feature"


_Attribute = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\s]*\Z")]
_Type = Annotated[str, msgspec.Meta(pattern=whole(_TYPE))]


class DraftEvent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A CloudEvent from an organisation. The pair of `source` and `id` is unique: the same pair again is the same event, sent again."""

    specversion: Literal["1.0"]
    id: _Attribute
    source: _Attribute
    type: _Type
    subject: Annotated[str, msgspec.Meta(pattern=whole(LEVEL))]
    data: DraftFeature
    time: Instant | None = None
    datacontenttype: Literal["application/geo+json", "application/json"] = "application/geo+json"


class SituationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A CloudEvent of the Situation Room: one version of a situation. `sequence` is greater in each later one of the same subject.

    `informationstatus` marks tests and exercises for those who look at the envelope alone.
    """

    id: _Attribute
    source: _Attribute
    type: _Type
    subject: Reference
    time: Instant
    sequence: Line
    data: SituationFeature
    informationstatus: InformationStatus = InformationStatus.REAL
    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/geo+json"] = "application/geo+json"
    dataschema: Literal["urn:street-gateway:situation:v1"] = DATA_SCHEMA


def type_of(kind: str) -> str:
    """Return the type of a CloudEvent about a kind of situation."""
    return f"street-gateway.situation.{kind}.v1"
