"""Which conditions are one event: those that works have caused, and those that began together and are neighbours."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple

from gateway.situation.conflicts.finder import cells_of
from gateway.situation.conflicts.shape import distance_m
from gateway.situation.telemetry.cause import CauseFinder, ProbableCause, points_of
from gateway.situation.telemetry.condition import RaisedCondition

TOGETHER_MS = 3 * 60_000
"""Conditions that begin within this time of each other began together."""

NEIGHBOUR_M = 300.0
"""Assets whose nearest positions are at most so far apart are neighbours: panels stand some hundred metres apart."""

EXPLAINED_SHARE = 0.2
"""Works are the cause of conditions that began together if they explain at least this share of them: a feeder that they cut reaches further
than they do, and others become dark at dusk, too; of a district without supply they explain less."""


class TelemetryOutage(NamedTuple):
    """Conditions of one kind, of one operator, that are one event, oldest first, and what probably caused it."""

    operator: str
    alarm: str
    conditions: tuple[RaisedCondition, ...]
    cause: ProbableCause | None = None

    @property
    def since_ms(self) -> int:
        """When the first of them began."""
        return self.conditions[0].since_ms

    @property
    def assets(self) -> list[str]:
        """The names of their assets, in order."""
        return sorted({one.asset for one in self.conditions})


def outages(conditions: Iterable[RaisedCondition], finder: CauseFinder) -> list[TelemetryOutage]:
    """Return the events that conditions are, in the order in which they began."""
    alike: dict[tuple[str, str], list[RaisedCondition]] = defaultdict(list)
    for one in conditions:
        alike[one.operator, one.alarm].append(one)
    found = [outage for key, group in alike.items() for outage in _of_one_kind(*key, group, finder)]
    return sorted(found, key=lambda one: (one.since_ms, one.operator, one.alarm, one.assets))


def _of_one_kind(operator: str, alarm: str, conditions: list[RaisedCondition], finder: CauseFinder) -> Iterator[TelemetryOutage]:
    by_works: dict[str, list[RaisedCondition]] = defaultdict(list)
    causes: dict[str, ProbableCause] = {}
    for group in _together(conditions):
        cause = _cause_of(group, finder)
        if cause is None:
            yield TelemetryOutage(operator, alarm, _ordered(group))
        else:
            causes.setdefault(cause.works, cause)
            by_works[cause.works].extend(group)
    for works, group in by_works.items():
        yield TelemetryOutage(operator, alarm, _ordered(group), causes[works])


def _cause_of(group: list[RaisedCondition], finder: CauseFinder) -> ProbableCause | None:
    """Return the works that explain most of what began together, if that is enough: first those that name an asset, then the nearest."""
    found = [cause for one in group for cause in finder.causes_of(one)]
    if not found:
        return None
    votes = Counter(one.works for one in found)
    best = min(found, key=lambda one: (one.grounds != "asset", not one.begun, -votes[one.works], one.distance_m, one.works))
    return best if votes[best.works] >= EXPLAINED_SHARE * len(group) else None


def _together(conditions: list[RaisedCondition]) -> list[list[RaisedCondition]]:
    """Return conditions by groups that began together and are neighbours, or neighbours of neighbours."""
    ordered = sorted(conditions, key=lambda one: (one.since_ms, one.asset))
    shapes = [points_of(one.positions) if one.positions else None for one in ordered]
    groups = _Groups(len(ordered))
    near: dict[Hashable, list[int]] = defaultdict(list)
    for number, (condition, shape) in enumerate(zip(ordered, shapes, strict=True)):
        if shape is None:
            continue
        for cell in cells_of(shape, NEIGHBOUR_M / 2):
            for other in reversed(near[cell]):
                if condition.since_ms - ordered[other].since_ms > TOGETHER_MS:
                    break
                neighbour = shapes[other]
                if neighbour is not None and not groups.same(number, other) and distance_m(shape, neighbour, NEIGHBOUR_M) <= NEIGHBOUR_M:
                    groups.join(number, other)
            near[cell].append(number)
    found: dict[int, list[RaisedCondition]] = defaultdict(list)
    for number, condition in enumerate(ordered):
        found[groups.first(number)].append(condition)
    return list(found.values())


class _Groups:
    """Numbers in groups, each named by one of them (union-find)."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def first(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = number = self._above[self._above[number]]
        return number

    def same(self, one: int, other: int) -> bool:
        return self.first(one) == self.first(other)

    def join(self, one: int, other: int) -> None:
        self._above[self.first(one)] = self.first(other)


def _ordered(group: Iterable[RaisedCondition]) -> tuple[RaisedCondition, ...]:
    return tuple(sorted(group, key=lambda one: (one.since_ms, one.asset)))
