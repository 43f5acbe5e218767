"""What the API sends besides situations: pages of lists, the history, conflicts, the state of the server."""

from typing import Annotated, Literal

import msgspec

from gateway.situation.conflicts.comparison import Ground
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.fields import Instant, Reference
from gateway.situation.event.impact import TransitStop
from gateway.situation.event.kinds import SituationState
from gateway.situation.private_layer import NearFeature

_NUMBER = msgspec.Meta(ge=1, le=1 << 53)
_VERSION = msgspec.Meta(ge=1, le=1_000_000)
_COUNT = msgspec.Meta(ge=0, le=1_000_000)
MOST_AFFECTED = 1000
"""Assets that are named of one situation."""

_AMOUNT = msgspec.Meta(ge=0, le=1e12)


class SituationPage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A page of a list. `next` is the address of the next page; without it, this is the last one."""

    items: list[SituationFeature]
    next: str | msgspec.UnsetType = msgspec.UNSET


class HistoryItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that was done with a situation, and its state after it.

    What the Situation Room did has no `organisation`. `person` is shown to the person's own organisation alone.
    """

    number: Annotated[int, _NUMBER]
    time: Instant
    action: str
    version: Annotated[int, _VERSION]
    state: SituationState
    organisation: Reference | msgspec.UnsetType = msgspec.UNSET
    person: str | msgspec.UnsetType = msgspec.UNSET


class HistoryPage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A page of what was done with a situation, oldest first. `next` is the address of the next page; without it, this is the last one."""

    items: list[HistoryItem]
    next: str | msgspec.UnsetType = msgspec.UNSET


class ConflictItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Another situation that is in the way, and on what grounds; `days_between` is 0 if they overlap."""

    id: Reference
    grounds: list[Ground]
    days_between: Annotated[float, _AMOUNT]
    distance_m: Annotated[float, _AMOUNT] | msgspec.UnsetType = msgspec.UNSET


class TogetherItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Works of another organisation that could be done together with these. What is saved is the most that is possible."""

    id: Reference
    days_between: Annotated[float, _AMOUNT]
    saved_days: Annotated[float, _AMOUNT]
    saved_area_m2: Annotated[float, _AMOUNT] | msgspec.UnsetType = msgspec.UNSET
    saved_length_m: Annotated[float, _AMOUNT] | msgspec.UnsetType = msgspec.UNSET


class ConflictItems(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the way of a situation, and who could dig together; of situations that the organisation may see."""

    items: list[ConflictItem]
    together: list[TogetherItem]


class AffectedItems(msgspec.Struct, frozen=True, kw_only=True):
    """What a situation affects: assets of the site that it names, near its place, or fed from there; lines and stops that it names.

    There are `asset_count` assets; the first 1,000 of them, by their names, are in `assets`.
    """

    asset_count: Annotated[int, _COUNT]
    assets: Annotated[list[str], msgspec.Meta(max_length=MOST_AFFECTED)]
    lines: list[str]
    stops: list[TransitStop]


class NearItems(msgspec.Struct, frozen=True, kw_only=True):
    """What the organisation owns near a situation, by its private layer, the nearest first. Nobody else is told."""

    near_own_assets: list[NearFeature]


class ServerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The server works."""

    status: Literal[200]
    title: str
