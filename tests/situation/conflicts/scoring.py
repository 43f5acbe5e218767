"""Holds the finder against every pair compared, and against what really happens, beside a rule that compares addresses and years."""

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from gateway.situation.conflicts.comparison import ConflictRules
from gateway.situation.conflicts.finder import ConflictFinder
from gateway.situation.conflicts.footprint import Footprint
from tests.situation.conflicts.town import DAY_MS, SimulatedTown, TrueWorks, true_distance_m

Pair = tuple[str, str]
RULES = ConflictRules()


class PairScore(NamedTuple):
    """How many pairs there are, how many were found, and how many of these are true."""

    true: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """The share of what was found that is true."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of what is true that was found."""
        return self.right / self.true if self.true else 1.0


class TownScore(NamedTuple):
    """Whether the finder found the same pairs as a comparison of all, both against the truth, and milliseconds of CPU for each event."""

    works: int
    pairs: int
    same_as_brute_force: bool
    finder: PairScore
    address_and_year: PairScore
    worst_ms: float
    median_ms: float


def score(works: int, seed: int) -> TownScore:
    """Return how the finder does in a town."""
    town = SimulatedTown(works, seed)
    found, took_ms = _found(town)
    truth, simple = _truth(town), _by_address_and_year(town)
    return TownScore(
        works,
        len(found),
        found == brute_force(town),
        _score(truth, found),
        _score(truth, simple),
        max(took_ms),
        sorted(took_ms)[len(took_ms) // 2],
    )


def _found(town: SimulatedTown) -> tuple[set[Pair], list[float]]:
    """Return the pairs that are found while the works are published one after the other, and how long each took."""
    finder, found, took_ms = ConflictFinder(RULES), set[Pair](), []
    for one in town.published:
        began = time.process_time()
        conflicts = finder.conflicts_of(one.footprint)
        finder.put(one.footprint)
        took_ms.append(1000 * (time.process_time() - began))
        found |= {(conflict.other, conflict.one) for conflict in conflicts}
    return found, took_ms


def brute_force(town: SimulatedTown) -> set[Pair]:
    """Return the pairs of published works that are in each other's way: all pairs of one time compared, with distances computed in another way."""
    works = [one.footprint for one in town.published]
    times = _of_one_time([(one.span.from_ms, one.span.to_ms) for one in works], RULES.tail_days * DAY_MS)
    return {(works[i].id, works[j].id) for i, j in times if _meet(works[i], works[j])}


def _of_one_time(spans: Sequence[tuple[int, int]], tail: float) -> Iterator[tuple[int, int]]:
    """Yield the places of all pairs of spans that are no further apart than the tail, the lower place first.

    In the order of their starts, what follows one that starts too late is too late as well.
    """
    by_start = sorted(range(len(spans)), key=lambda i: spans[i][0])
    for place, i in enumerate(by_start, 1):
        for j in by_start[place:]:
            if spans[j][0] > spans[i][1] + tail:
                break
            yield min(i, j), max(i, j)


def _meet(one: Footprint, other: Footprint) -> bool:
    if one.streets & other.streets or one.junctions & other.junctions:
        return True
    return one.shape is not None and other.shape is not None and _apart_m(one, other) <= RULES.near_m


def _apart_m(one: Footprint, other: Footprint) -> float:
    """Return the distance of two points or straight lines as complex numbers: the least over both, found by alternating projections."""
    assert one.shape is not None
    assert other.shape is not None
    latitude = (one.shape.box.south + one.shape.box.north + other.shape.box.south + other.shape.box.north) / 4
    scale = math.cos(math.radians(latitude))
    (a, b), (c, d) = (
        [complex(lon * scale, lat) * 111_195 for lon, lat in (path[0], path[-1])] for path in (one.shape.paths[0], other.shape.paths[0])
    )
    if min(abs(x - y) for x in (a, b) for y in (c, d)) > RULES.near_m + abs(b - a) + abs(d - c):
        return math.inf
    if (
        ((b - a).conjugate() * (c - a)).imag * ((b - a).conjugate() * (d - a)).imag
        < 0
        > ((d - c).conjugate() * (a - c)).imag * ((d - c).conjugate() * (b - c)).imag
    ):
        return 0.0
    return min(abs(a - _nearest(c, d, a)), abs(b - _nearest(c, d, b)), abs(c - _nearest(a, b, c)), abs(d - _nearest(a, b, d)))


def _nearest(begin: complex, end: complex, point: complex) -> complex:
    """Return the point of a line that is nearest to a point."""
    if begin == end:
        return begin
    along = ((point - begin) / (end - begin)).real
    return begin + min(1.0, max(0.0, along)) * (end - begin)


def _truth(town: SimulatedTown) -> set[Pair]:
    names = [one.footprint.id for one in town.published]
    times = _of_one_time([(one.from_day, one.to_day) for one in town.true], RULES.tail_days)
    return {(names[i], names[j]) for i, j in times if _together(town, town.true[i], town.true[j])}


def _together(town: SimulatedTown, one: TrueWorks, other: TrueWorks) -> bool:
    return one.street == other.street or true_distance_m(town, one, other) <= RULES.near_m


def _by_address_and_year(town: SimulatedTown) -> set[Pair]:
    same = defaultdict[tuple[str, int], list[str]](list)
    for one in town.published:
        same[one.address, one.year].append(one.footprint.id)
    return {pair for names in same.values() for pair in combinations(names, 2)}


def _score(truth: set[Pair], found: set[Pair]) -> PairScore:
    return PairScore(len(truth), len(found), len(truth & found))
