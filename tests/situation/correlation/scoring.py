"""Compares the causes and events that are found with what is true in a simulated town."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gateway.situation.conflicts.shape import distance_m, shape_of
from gateway.situation.event.kinds import SituationState
from gateway.situation.telemetry.cause import AT_NIGHT, CauseFinder, causing_works, points_of
from gateway.situation.telemetry.outages import outages
from tests.situation.correlation.town import ROME, SimulatedTown, TownNight, TrueOutage

_NEAREST_M = 250.0


class CauseScore(NamedTuple):
    """Panels for which works were named as the cause, those for which that is right, and those for which it would be."""

    named: int = 0
    right: int = 0
    true: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.named if self.named else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0


class CorrelationScore(NamedTuple):
    """Scores of the rules, and of the rule that names the nearest works of the time; and how many events were made of how many faults."""

    days: int
    panels: int
    faults: int
    events: int
    split: int
    """Faults of which more than one event was made."""
    merged: int
    """Events that are made of more than one fault."""
    rules: CauseScore
    nearest: CauseScore


def score(days: int, seed: int) -> CorrelationScore:
    """Return the scores of so many days."""
    nights = list(SimulatedTown(seed).days(days))
    found = [_causes(night) for night in nights]
    events = [event for night in nights for event in _events(night)]
    true = [one for night in nights for one in night.outages]
    by_fault: dict[int, int] = {}
    for event in events:
        for fault in event:
            by_fault[fault] = by_fault.get(fault, 0) + 1
    return CorrelationScore(
        days, len(true), len({one.fault for one in true}), len(events), sum(count > 1 for count in by_fault.values()),
        sum(len(event) > 1 for event in events),
        _score(true, lambda one: _by_asset(found, one)), _score(true, lambda one: _nearest(nights, one)),
    )  # fmt: skip


def _score(true: list[TrueOutage], named: Callable[[TrueOutage], str | None]) -> CauseScore:
    causes = [(one.cause, named(one)) for one in true]
    return CauseScore(
        sum(found is not None for _, found in causes),
        sum(found is not None and found == cause for cause, found in causes),
        sum(cause is not None for cause, _ in causes),
    )


def _finder(night: TownNight) -> CauseFinder:
    return CauseFinder([works for one in night.works if (works := causing_works(one, ROME)) is not None], AT_NIGHT)


def _causes(night: TownNight) -> dict[tuple[str, int], str | None]:
    return {
        (one.asset, one.since_ms): None if outage.cause is None else outage.cause.works
        for outage in outages((one.condition for one in night.outages), _finder(night))
        for one in outage.conditions
    }


def _events(night: TownNight) -> Iterator[set[int]]:
    """Yield the faults of each event."""
    fault_of = {(one.condition.asset, one.condition.since_ms): one.fault for one in night.outages}
    for outage in outages((one.condition for one in night.outages), _finder(night)):
        yield {fault_of[one.asset, one.since_ms] for one in outage.conditions}


def _by_asset(found: list[dict[tuple[str, int], str | None]], one: TrueOutage) -> str | None:
    key = (one.condition.asset, one.condition.since_ms)
    return next((causes[key] for causes in found if key in causes), None)


def _nearest(nights: list[TownNight], one: TrueOutage) -> str | None:
    """Return the nearest works that are active, up to some distance: what somebody would see on a map."""
    night = next(night for night in nights if one in night.outages)
    place = points_of(one.condition.positions)
    near = [
        (distance_m(shape_of(works.geometry), place, _NEAREST_M), works.id)
        for works in night.works
        if works.geometry is not None and works.state is SituationState.ACTIVE
    ]
    least = min(near, default=(float("inf"), ""))
    return least[1] if least[0] <= _NEAREST_M else None
