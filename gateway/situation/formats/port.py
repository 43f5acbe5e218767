"""What an exchange format gets, what it returns, and what it says of itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import SituationFeature, SituationProperties
from gateway.situation.event.kinds import SituationKind, SituationState


class ExportedSituation(NamedTuple):
    """A situation as its recipient sees it, and its earlier versions as he saw them, oldest first.

    `number` is that of its last change, in the order of everything that was ever done in the Situation Room.
    """

    seen: SituationFeature
    earlier: tuple[SituationFeature, ...] = ()
    number: int = 0

    @property
    def said(self) -> SituationProperties:
        """Its properties."""
        return self.seen.properties

    @property
    def created(self) -> str:
        """When its first version was made (RFC 3339, in UTC)."""
        return (*self.earlier, self.seen)[0].properties.updated


class ExportRequest(NamedTuple):
    """What is exported, of which site and when; `titles` are the names of organisations that people read."""

    situations: Sequence[ExportedSituation]
    site: str
    titles: Mapping[str, str]
    zone: ZoneInfo
    made_ms: int

    def title(self, organisation: str) -> str:
        """Return the name of an organisation that people read."""
        return self.titles.get(organisation, organisation)


class ExportedFile(NamedTuple):
    """A document of a format, with the name that it usually has."""

    name: str
    content: bytes


class LeftOut(NamedTuple):
    """A situation that is not in an export, and why."""

    situation: str
    reason: Bilingual


class Export(NamedTuple):
    """The documents of an export, and what is not in them."""

    files: list[ExportedFile]
    left_out: list[LeftOut]


class LostField(NamedTuple):
    """A field that a format has no place for, with everything below it; with `partly`, what of it is lost."""

    field: str
    partly: str = ""


def lost(*fields: str) -> tuple[LostField, ...]:
    """Return that fields are lost as a whole."""
    return tuple(map(LostField, fields))


NoPlace = Callable[[ExportedSituation, ExportRequest], Bilingual | None]
"""Return why a situation has no place in a format; None if it has one."""

Writer = Callable[[ExportRequest], list[ExportedFile]]
"""Return the documents of situations that all have a place in the format."""


class ExchangeFormat(NamedTuple):
    """A format: which situations have a place in it, how they are written, and what is lost.

    `exercises` says how tests and exercises are marked; None: they can't be, and are left out. `several` formats write a folder of files.
    """

    name: str
    title: str
    kinds: frozenset[SituationKind]
    states: frozenset[SituationState]
    exercises: str | None
    obstacle: NoPlace
    write: Writer
    losses: tuple[LostField, ...]
    several: bool = False


ALL_KINDS = frozenset(SituationKind)
ALL_STATES = frozenset(SituationState)
AGREED = ALL_STATES - {SituationState.PROPOSED}
"""States of what is not merely proposed: who acts on a document must not take a proposal for what will happen."""
EXPECTED = frozenset({SituationState.PLANNED, SituationState.CONFIRMED, SituationState.ACTIVE})
"""States of what happens or will."""


def no_obstacle(_situation: ExportedSituation, _request: ExportRequest) -> None:
    """Return that every situation has a place."""
