"""Whether two situations are in each other's way."""

import pytest

from gateway.analytics.sun import Interval
from gateway.situation.conflicts.comparison import DAY_MS, Conflict, ConflictRules, conflict_of
from gateway.situation.conflicts.footprint import Footprint, Route
from gateway.situation.conflicts.shape import shape_of
from gateway.situation.event.geometry import LineGeometry
from gateway.situation.event.works import Excavation

RULES = ConflictRules()
HERE = shape_of(LineGeometry([(11.0950, 43.8800), (11.0960, 43.8805)]))
BESIDE = shape_of(LineGeometry([(11.0950, 43.8802), (11.0960, 43.8807)]))
AWAY = shape_of(LineGeometry([(11.1050, 43.8800), (11.1060, 43.8805)]))
ONE = Footprint("one", "publiacqua", exercise=False, begun=False, span=Interval(100 * DAY_MS, 110 * DAY_MS))
OTHER = ONE._replace(id="other", owner="estra")


def grounds(one: Footprint, other: Footprint) -> tuple[str, ...]:
    found = conflict_of(one, other, RULES)
    back = conflict_of(other, one, RULES)
    assert (found and found.grounds) == (back and back.grounds), "it does not matter who asks"
    return () if found is None else found.grounds


def at(span: tuple[int, int], footprint: Footprint = OTHER) -> Footprint:
    return footprint._replace(span=Interval(span[0] * DAY_MS, span[1] * DAY_MS))


def test_the_same_street_is_a_conflict_wherever_on_it() -> None:
    street = frozenset({"anncsu:1"})
    assert grounds(ONE._replace(streets=street, shape=HERE), OTHER._replace(streets=street, shape=AWAY)) == ("street",)
    assert grounds(ONE._replace(streets=street), OTHER._replace(streets=frozenset({"anncsu:2"}))) == ()


def test_works_that_are_near_are_a_conflict_on_whatever_street() -> None:
    found = conflict_of(ONE._replace(shape=HERE), OTHER._replace(shape=BESIDE), RULES)
    assert found is not None
    assert (found.grounds, found.gap_ms) == (("geometry",), 0)
    assert found.distance_m == pytest.approx(18, abs=2)
    assert grounds(ONE._replace(shape=HERE), OTHER._replace(shape=AWAY)) == ()
    assert grounds(ONE._replace(shape=HERE), OTHER) == ()


def test_works_at_one_junction_are_a_conflict() -> None:
    assert grounds(ONE._replace(junctions=frozenset({"ic-09", "ic-10"})), OTHER._replace(junctions=frozenset({"ic-09"}))) == ("junction",)


@pytest.mark.parametrize(
    ("span", "meets"),
    [((105, 120), True), ((110, 120), True), ((140, 150), True), ((141, 150), False), ((60, 70), True), ((60, 69), False)],
)
def test_works_within_thirty_days_of_each_other_are_a_conflict(span: tuple[int, int], meets: bool) -> None:
    other = at(span, OTHER._replace(shape=HERE))
    assert bool(grounds(ONE._replace(shape=HERE), other)) is meets


@pytest.mark.parametrize("detour", [Route(frozenset({"anncsu:1"}), None), Route(frozenset(), HERE)])
def test_a_detour_over_the_works_of_another_is_a_conflict_while_both_last(detour: Route) -> None:
    works = OTHER._replace(streets=frozenset({"anncsu:1"}), shape=HERE)
    led = ONE._replace(detour=detour, shape=AWAY)
    assert grounds(led, works) == ("detour",)
    assert grounds(led, at((115, 120), works)) == ()


def test_digging_where_the_surface_is_protected_is_a_conflict_for_years() -> None:
    renewed = ONE._replace(shape=HERE, protected_until_ms=2000 * DAY_MS)
    digging = OTHER._replace(shape=BESIDE, excavation=Excavation())
    assert grounds(renewed, at((1000, 1010), digging)) == ("no_dig",)
    assert grounds(renewed, at((2001, 2010), digging)) == ()
    assert grounds(renewed, at((1000, 1010), digging._replace(excavation=None))) == ()
    assert grounds(renewed, at((1000, 1010), digging._replace(shape=AWAY))) == ()
    assert grounds(renewed, at((10, 20), digging)) == (), "it was dug before"
    assert grounds(
        renewed._replace(shape=None, streets=frozenset({"anncsu:1"})), at((1000, 1010), digging._replace(streets=frozenset({"anncsu:1"})))
    ) == ("no_dig",)


def test_sites_of_the_same_works_are_no_conflict_but_those_of_different_owners_are() -> None:
    one = ONE._replace(shape=HERE, umbrella="fibra")
    assert grounds(one, OTHER._replace(owner="publiacqua", shape=HERE, umbrella="fibra")) == ()
    assert grounds(one, OTHER._replace(shape=HERE, umbrella="fibra")) == ("geometry",)


def test_an_exercise_is_in_the_way_of_exercises_alone() -> None:
    drill = OTHER._replace(shape=HERE, exercise=True)
    assert grounds(ONE._replace(shape=HERE), drill) == ()
    assert grounds(ONE._replace(shape=HERE, exercise=True), drill) == ("geometry",)


def test_nothing_is_in_its_own_way() -> None:
    assert conflict_of(ONE._replace(shape=HERE), ONE._replace(shape=HERE), RULES) is None
    assert isinstance(conflict_of(ONE._replace(shape=HERE), OTHER._replace(shape=HERE), RULES), Conflict)
