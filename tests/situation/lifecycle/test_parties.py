"""The organisations that take part."""

from gateway.situation.event.kinds import SituationKind
from tests.situation.examples import TOWN


def test_authorities_answer_what_others_plan_on_the_road() -> None:
    assert TOWN.asked(SituationKind.ROADWORKS, "publiacqua") == {"comune"}
    assert TOWN.asked(SituationKind.ACCIDENT, "publiacqua") == frozenset()
    assert TOWN.asked(SituationKind.ROADWORKS, "comune") == frozenset()


def test_an_organisation_publishes_the_kinds_that_it_may() -> None:
    cap, comune = TOWN.get("cap"), TOWN.get("comune")
    assert cap is not None
    assert comune is not None
    assert cap.may_publish(SituationKind.TRAFFIC)
    assert not cap.may_publish(SituationKind.SAFETY)
    assert comune.may_publish(SituationKind.SAFETY)


def test_who_does_not_take_part_is_unknown() -> None:
    assert TOWN.get("nobody") is None
    assert TOWN.get(None) is None
