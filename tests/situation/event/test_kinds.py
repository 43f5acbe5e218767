"""The enumerations of the Situation Room."""

import inspect

import pytest

from gateway.situation.event import datex_names, kinds
from gateway.situation.event.kinds import SituationState, WorksCategory
from gateway.situation.event.open_enumeration import OpenEnumeration

OPEN = [
    one
    for module in (kinds, datex_names)
    for _, one in inspect.getmembers(module, inspect.isclass)
    if issubclass(one, OpenEnumeration) and one is not OpenEnumeration
]


@pytest.mark.parametrize("kind", OPEN, ids=lambda kind: kind.__name__)
def test_every_open_enumeration_has_the_member_other(kind: type[OpenEnumeration]) -> None:
    assert kind["OTHER"] == "other"


def test_only_ended_and_cancelled_situations_are_over() -> None:
    assert [one for one in SituationState if one.over] == [SituationState.ENDED, SituationState.CANCELLED]


def test_immediate_works_are_those_that_are_urgent_or_an_emergency() -> None:
    assert [one for one in WorksCategory if one.immediate] == [WorksCategory.URGENT, WorksCategory.EMERGENCY]
