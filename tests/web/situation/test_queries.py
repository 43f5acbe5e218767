"""Queries: filters, and what is wrong with them."""

from typing import Any

import pytest
from starlette.datastructures import QueryParams

from gateway.analytics.sun import Interval
from gateway.centre.situation.present import PresentSituation
from gateway.model.instants import ms_of_iso
from gateway.situation.conflicts.shape import shape_of
from gateway.situation.lifecycle.actions import Cancel
from gateway.situation.times.instants import span_of
from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.queries import ExercisesQuery, ListQuery, filter_of, query_as
from tests.situation.examples import PUBLIACQUA, ROME, VIA_ROMA, accident, done, published, works


def present(said: Any = None, **changes: Any) -> PresentSituation:
    situation = published(said or works(**changes))
    return PresentSituation(situation, shape_of(VIA_ROMA).box, span_of(situation.content.timing, ROME))


def matches(query: str, one: PresentSituation | None = None) -> bool:
    return filter_of(query_as(QueryParams(query), ListQuery), ROME).matches(one or present())


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [("", True),
     ("kind=roadworks", True), ("kind=accident", False), ("kind=accident&kind=roadworks", True), ("kind=new_in_2030", False),
     ("state=proposed", True), ("state=planned&state=active", False),
     ("owner=publiacqua", True), ("owner=comune", False),
     ("bbox=11,43,12,44", True), ("bbox=11.0951,43,12,44", True), ("bbox=11.097,43,12,44", False), ("bbox=-180,-90,180,90", True),
     ("from=2026-12-04", True), ("from=2026-12-05", False), ("from=2026-12-04T23:59:00%2B01:00", True), ("from=2026-12-04T23:00:00Z", False),
     ("to=2026-12-01", True), ("to=2026-11-30", False), ("to=2026-12-01T00:00:00%2B01:00", False), ("to=2026-12-01T00:00:01%2B01:00", True),
     ("updated_since=2026-11-02T08:00:00Z", True), ("updated_since=2026-11-02T08:00:01Z", False), ("updated_since=2026-11-02", True),
     ("exercises=only", False), ("exercises=include", True)],
)  # fmt: skip
def test_a_filter_lists_what_it_says(query: str, is_listed: bool) -> None:
    assert matches(query) == is_listed


def test_what_is_over_is_listed_only_by_its_state_or_as_an_update() -> None:
    one = present()
    over = one._replace(situation=done(published(works(), state=None), (PUBLIACQUA, Cancel("errore"))))
    assert [matches(query, over) for query in ("", "state=cancelled", "updated_since=2026-11-01")] == [False, True, True]


def test_exercises_are_left_out_unless_they_are_asked_for() -> None:
    drill = present(information_status="test")
    assert [matches(query, drill) for query in ("", "exercises=include", "exercises=only")] == [False, True, True]


def test_what_is_not_drawn_is_in_no_rectangle_and_an_unknown_kind_is_other() -> None:
    one = present(accident(kind="eruption"))
    assert not matches("bbox=-180,-90,180,90", one._replace(box=None))
    assert matches("kind=other", one)
    assert matches("to=2027-01-01", one._replace(span=Interval(ms_of_iso("2026-11-02T08:50:00+01:00"), 1 << 53)))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("knd=roadworks", "unknown parameter 'knd'; did you mean 'kind'?"), ("limit=1&limit=2", "the parameter 'limit' is there twice"),
     ("limit=0", "Expected `int` >= 1 - at `$.limit`"), ("limit=101", "<= 100"), ("limit=x", "Expected `int`"), ("state=late", "Invalid enum value 'late'"),
     ("bbox=1,2,3", "this text has not the form that is expected, or control characters - at `$.bbox`"), ("bbox=3,2,1,4", "is no rectangle"), ("bbox=0,0,181,1", "is no rectangle"),
     ("from=2026-13-01", "'2026-13-01' of 'from' is no time that exists"), ("to=9999-12-31", "no time that exists"), ("from=yesterday", "not the form"),
     ("cursor=%00", "not the form"), ("owner=A", "not the form"), ("exercises=maybe", "Invalid enum value"), ("kind=" + "&kind=".join("a" * 21), "length <= 20"),
     ("updated_since=0000-01-01", "no time that exists")],
)  # fmt: skip
def test_mistakes_are_answered_with_400_and_a_sentence_in_both_languages(query: str, sentence: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        filter_of(query_as(QueryParams(query), ListQuery), ROME)
    assert refused.value.status_code == 400
    assert sentence in refused.value.text.en
    assert refused.value.text.it != refused.value.text.en


def test_another_operation_has_other_parameters() -> None:
    assert query_as(QueryParams("exercises=only"), ExercisesQuery).exercises == "only"
    with pytest.raises(ApiProblem):
        query_as(QueryParams("kind=roadworks"), ExercisesQuery)
