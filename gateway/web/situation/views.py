"""What the API reads and does, in the thread of the room: each function takes the service, and returns what is sent."""

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from gateway.centre.situation.layer_file import LayerFile
from gateway.centre.situation.port import HistoryEntry
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.model.instants import iso_utc
from gateway.situation.audience import seen_by
from gateway.situation.conflicts.comparison import DAY_MS, Conflict
from gateway.situation.conflicts.savings import Opportunity
from gateway.situation.event.document import DraftFeature, SituationFeature
from gateway.situation.lifecycle.actions import Publish, SituationAction, Update
from gateway.situation.lifecycle.due import notice_missed
from gateway.situation.lifecycle.permissions import StaleVersion, audience_of, may_see
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.naming import is_own_name, made_name, name_refused
from gateway.situation.private_layer import near_features
from gateway.situation.telemetry.affected import AssetMap, affected_parts
from gateway.situation.times.instants import day_of
from gateway.web.situation.answers import MOST_AFFECTED, AffectedItems, ConflictItem, ConflictItems, HistoryItem, NearItems, TogetherItem
from gateway.web.situation.callers import Caller
from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.queries import SituationFilter

_PRESENT = 0
"""The version of an update that is not based on one yet."""


_PAGE_BYTES = 4 << 20
"""Of one page, about: a situation has up to 1 MiB, with all the comments that it may have."""


class FoundPage(NamedTuple):
    """Situations of one page, and the cursor of the next one, if there is one."""

    items: list[SituationFeature]
    cursor: str | None


class FoundHistory(NamedTuple):
    """Entries of one page of a history, and the cursor of the next one, if there is one."""

    items: list[HistoryItem]
    cursor: int | None


class DoneAction(NamedTuple):
    """The situation after an action as the organisation sees it, and the day until which it should have been announced, if it is late."""

    seen: SituationFeature
    notice_missed: str | None


class WantedAction(NamedTuple):
    """What a request wants to be done with a situation, the number that its sender has given it, and the versions that it may be about."""

    situation: str
    action: SituationAction
    request: str | None
    versions: Collection[int] | None = None


def page(
    service: SituationService, present: PresentSituations, organisation: str | None, wanted: SituationFilter, cursor: str, limit: int
) -> FoundPage:
    """Return the situations of a filter after a cursor that an organisation may see, or the public (None)."""
    present.refresh(service.store)
    items: list[SituationFeature] = []
    size = 0
    for one in present.after(cursor):
        if not wanted.matches(one) or not _visible(service, one.situation, organisation):
            continue
        if len(items) == limit or size > _PAGE_BYTES:
            return FoundPage(items, items[-1].id)
        seen = seen_by(one.situation, organisation, service.rules.parties)
        if seen is not None:
            items.append(seen)
            size += len(msgspec.json.encode(seen))
    return FoundPage(items, None)


def history(service: SituationService, name: str, caller: Caller, cursor: int, limit: int) -> FoundHistory:
    """Return who did what with a situation, after a revision. Entries are read one by one: each has the whole situation.

    Raises:
        ApiProblem: The organisation sees only what the public sees.
        ActionRefused: It may not know of it.
    """
    present = _whole(service, name, caller, "the history", "la cronologia")
    last = min(present.revision, cursor + limit)
    entries = (service.store.of_revision(name, revision) for revision in range(cursor + 1, last + 1))
    items = [_history_item(one, caller) for one in entries if one is not None]
    return FoundHistory(items, last if last < present.revision else None)


def affected(service: SituationService, name: str, caller: Caller, assets: AssetMap) -> AffectedItems:
    """Return what a situation affects.

    Raises:
        ApiProblem: The organisation sees only what the public sees.
        ActionRefused: It may not know of it.
    """
    found = affected_parts(_whole(service, name, caller, "the list of what is affected", "l'elenco degli effetti"), assets)
    return AffectedItems(
        asset_count=len(found.assets), assets=found.assets[:MOST_AFFECTED], lines=list(found.lines), stops=list(found.stops)
    )


def near(service: SituationService, name: str, caller: Caller, layers: Mapping[str, LayerFile]) -> NearItems:
    """Return what the caller's organisation owns near a situation that it may see; nothing without a layer.

    Raises:
        ActionRefused: It may not know of it.
    """
    service.seen(name, caller.organisation)
    found, file = service.store.get(name), layers.get(caller.organisation)
    if file is not None:
        file.refresh()
    if found is None or file is None or file.layer is None:
        return NearItems(near_own_assets=[])
    return NearItems(near_own_assets=near_features(file.layer, found.geometry, service.rules.conflicts.near_m))


def _whole(service: SituationService, name: str, caller: Caller, what: str, what_it: str) -> Situation:
    """Return a situation for an organisation that sees all of it."""
    service.seen(name, caller.organisation)
    present = service.store.get(name)
    if present is None or caller.organisation not in audience_of(present, service.rules.parties):
        raise ApiProblem(
            403,
            f"{what} of {name} is for its owner, its audience and the authorities that answer",
            f"{what_it} di {name} è per il proprietario, i destinatari e le autorità che rispondono",
        )
    return present


def conflicts(service: SituationService, name: str, caller: Caller) -> ConflictItems:
    """Return what is in the way of a situation, and who could dig together, of what the organisation may see."""
    service.seen(name, caller.organisation)

    def visible(other: str) -> bool:
        situation = service.store.get(other)
        return situation is not None and _visible(service, situation, caller.organisation)

    return ConflictItems(
        items=[_conflict_item(one) for one in service.conflicts(name) if visible(one.other)],
        together=[_together_item(one) for one in service.opportunities(name) if visible(one.other)],
    )


def published(feature: DraftFeature, caller: Caller, request: str | None) -> WantedAction:
    """Return the publication of a feature; without an id, it gets one, which is the same for the same request."""
    said = feature.properties
    name = feature.id or made_name(caller.organisation, request)
    return WantedAction(name, Publish(id=name, content=said.content(), geometry=feature.geometry, state=said.state), request)


def updated(feature: DraftFeature, name: str, versions: Collection[int] | None, request: str | None) -> WantedAction:
    """Return the update of a situation, of one of these versions (None: of the present one); its version is that of the present."""
    said = feature.properties
    based_on = versions if said.version is None else {said.version}.intersection(versions or {said.version})
    return WantedAction(name, Update(content=said.content(), geometry=feature.geometry, version=_PRESENT), request, based_on)


def act(service: SituationService, wanted: WantedAction, caller: Caller, now_ms: int) -> DoneAction:
    """Do what a request wants, unless that was done before, and return the situation after it.

    Raises:
        ApiProblem: The same number was that of another request, or there is a newer version.
        ActionRefused: It is not possible.
    """
    organisation = caller.organisation
    earlier = None if wanted.request is None else service.store.of_request(organisation, wanted.request)
    if earlier is None:
        situation = _done(service, wanted, caller, now_ms)
    else:
        situation = earlier.recorded.situation
        if (situation.id, _unbased(earlier.recorded.action)) != (wanted.situation, wanted.action):
            raise ApiProblem(
                422,
                f"Idempotency-Key '{wanted.request}' was that of another request: use a new one",
                f"Idempotency-Key '{wanted.request}' è di un'altra richiesta: usarne una nuova",
            )
    seen = seen_by(situation, organisation, service.rules.parties)
    announces = isinstance(wanted.action, Publish | Update)
    missed = _notice_missed(service, situation) if announces else None
    return DoneAction(service.seen(situation.id, organisation) if seen is None else seen, missed)


def _notice_missed(service: SituationService, situation: Situation) -> str | None:
    times = service.rules.times
    missed_ms = notice_missed(situation, times)
    return None if missed_ms is None else day_of(missed_ms - 1, times.zone).isoformat()


def _done(service: SituationService, wanted: WantedAction, caller: Caller, now_ms: int) -> Situation:
    """Do what a request wants; an update is based on the present version, if that is one of those that it may be about."""
    action = wanted.action
    if isinstance(action, Publish):
        _check_name(action.id, caller.organisation, service)
    if isinstance(action, Update):
        action = replace(action, version=service.seen(wanted.situation, caller.organisation).properties.version)
    try:
        return service.do(wanted.situation, action, caller.actor, now_ms, wanted.request, wanted.versions)
    except StaleVersion as refused:
        is_conditional = isinstance(action, Update) or wanted.versions is not None
        raise ApiProblem(412 if is_conditional else 409, *refused.text) from refused


def _check_name(name: str, organisation: str, service: SituationService) -> None:
    if not is_own_name(name, organisation, service.rules.parties.organisations):
        raise ApiProblem(422, *name_refused(organisation))


def _unbased(action: SituationAction) -> SituationAction:
    return replace(action, version=_PRESENT) if isinstance(action, Update) else action


def _visible(service: SituationService, situation: Situation, organisation: str | None) -> bool:
    if organisation is None:
        return situation.content.audience.public
    return may_see(situation, organisation, service.rules.parties)


def _history_item(entry: HistoryEntry, caller: Caller) -> HistoryItem:
    done = entry.recorded
    named = {} if done.organisation is None else {"organisation": done.organisation}
    if done.organisation == caller.organisation:
        named["person"] = done.person
    return HistoryItem(
        number=entry.number,
        time=iso_utc(done.at_ms),
        action=str(done.action.__struct_config__.tag),
        version=done.situation.version,
        state=done.situation.state,
        **named,
    )


def _conflict_item(one: Conflict) -> ConflictItem:
    distance = {} if one.distance_m is None else {"distance_m": round(one.distance_m, 1)}
    return ConflictItem(id=one.other, grounds=list(one.grounds), days_between=_days(one.gap_ms), **distance)


def _together_item(one: Opportunity) -> TogetherItem:
    saved = {"saved_area_m2": one.saved_area_m2, "saved_length_m": one.saved_length_m}
    given = {name: value for name, value in saved.items() if value is not None}
    return TogetherItem(id=one.other, days_between=_days(one.gap_ms), saved_days=round(one.saved_days, 2), **given)


def _days(gap_ms: int) -> float:
    return math.ceil(100 * gap_ms / DAY_MS) / 100
