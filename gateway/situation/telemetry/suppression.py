"""Which active works suppress alarms of the centre, from when to when, and whose."""

from zoneinfo import ZoneInfo

from gateway.analytics.sun import Interval
from gateway.model.instants import iso_utc
from gateway.model.messages import RoomWorks
from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.permissions import audience_of
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.affected import AssetMap
from gateway.situation.telemetry.cause import CausingWorks, causing_works
from gateway.situation.times.instants import occurrences

NOT_PUBLIC = "roadworks"
"""What works are called that not everybody may know of: who was granted an asset reads its alarms, too."""

_DAY_MS = 24 * 3600_000
_WITHOUT_END_MS = _DAY_MS
"""How long works without a planned end suppress alarms: their owner may forget them."""

_FIRST_DUG_WITHIN_MS = 14 * _DAY_MS


def suppressing_works(situation: Situation, assets: AssetMap, zone: ZoneInfo, parties: Parties) -> RoomWorks | None:
    """Return what the alarms of the centre need to know of works; None if these suppress nothing.

    Works suppress while they are active, until their planned end: when they overrun, what is raised comes up. Immediate works, which begin
    without an answer, suppress once an authority has accepted them: nobody silences the alarms of others on their own.
    """
    works = causing_works(situation, zone) if situation.state is SituationState.ACTIVE and not situation.overrunning else None
    if works is None or not _accepted(situation, parties):
        return None
    digs = situation.content.roadworks is not None and situation.content.roadworks.excavation is not None
    affected = assets.affected(works.assets, works.shape if digs else None)
    if not affected:
        return None
    public = situation.content.audience.public
    return RoomWorks(
        situation.id if public else NOT_PUBLIC,
        iso_utc(_first_dug_ms(situation, works)),
        iso_utc(
            min(works.span.to_ms, works.span.from_ms + _WITHOUT_END_MS)
            if situation.content.timing.planned_end is None
            else works.span.to_ms
        ),
        sorted(affected),
        None if public else sorted(audience_of(situation, parties)),
    )


def _accepted(situation: Situation, parties: Parties) -> bool:
    asked = parties.asked(situation.content.kind, situation.owner)
    return not (situation.category.immediate and asked) or any(situation.answer_of(one) == "accepted" for one in asked)


def _first_dug_ms(situation: Situation, works: CausingWorks) -> int:
    """Return when digging began: as somebody saw it, or else in the first hours of work."""
    begin_ms = works.span.from_ms
    if situation.content.timing.start_verified:
        return begin_ms
    first = next(occurrences(works.hours, works.zone, Interval(begin_ms, begin_ms + _FIRST_DUG_WITHIN_MS)), None)
    return begin_ms if first is None else first.from_ms
