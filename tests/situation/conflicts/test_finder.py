"""Finding conflicts among many."""

import pytest

from gateway.situation.conflicts.finder import ConflictFinder
from gateway.situation.conflicts.shape import shape_of
from gateway.situation.event.geometry import PolygonGeometry
from tests.situation.conflicts.scoring import score
from tests.situation.conflicts.town import SimulatedTown


@pytest.mark.parametrize("seed", [1, 2])
def test_of_random_works_the_same_pairs_are_found_as_by_comparing_all(seed: int) -> None:
    found = score(300, seed)
    assert found.same_as_brute_force
    assert found.pairs > 50
    assert found.finder.recall > 2 * found.address_and_year.recall
    assert found.finder.precision > 0.9


def test_what_is_removed_or_replaced_is_not_found_any_more() -> None:
    town = SimulatedTown(300, 3)
    finder = ConflictFinder()
    for one in town.published:
        finder.put(one.footprint)
    asked = next(one.footprint for one in town.published if finder.conflicts_of(one.footprint))
    others = [conflict.other for conflict in finder.conflicts_of(asked)]
    finder.remove(others[0])
    assert [conflict.other for conflict in finder.conflicts_of(asked)] == others[1:]
    for one in town.published:
        finder.put(one.footprint._replace(streets=frozenset(), junctions=frozenset(), shape=None))
    assert finder.conflicts_of(asked) == []
    for one in town.published:
        finder.remove(one.footprint.id)
    finder.remove("never there")
    assert (len(finder), len(finder._places)) == (0, 0)


def test_what_covers_half_a_country_is_compared_with_everything() -> None:
    town = SimulatedTown(20, 4)
    corners = [(10.0, 43.0), (13.0, 43.0), (13.0, 45.0), (10.0, 45.0), (10.0, 43.0)]
    whole = town.published[0].footprint._replace(
        id="flood", shape=shape_of(PolygonGeometry([corners])), streets=frozenset(), junctions=frozenset()
    )
    finder = ConflictFinder()
    for one in town.published[1:]:
        finder.put(one.footprint._replace(span=whole.span))
    drawn = [one.footprint.id for one in town.published[1:] if one.footprint.shape is not None]
    assert [conflict.other for conflict in finder.conflicts_of(whole)] == drawn
    finder.put(whole)
    assert [one.other for one in finder.conflicts_of(town.published[0].footprint._replace(id="w", shape=whole.shape))].count("flood") == 1
