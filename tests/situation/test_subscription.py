"""Which situations somebody wants."""

from typing import Any

import pytest
from msgspec.structs import replace

from gateway.situation.audience import feature_of
from gateway.situation.conflicts.shape import Box
from gateway.situation.event.geometry import PointGeometry
from gateway.situation.event.kinds import SeverityLevel
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.subscription import Subscription
from tests.situation.examples import VIA_ROMA
from tests.situation.telemetry.examples import digging

HERE, ELSEWHERE = Box(11.09, 43.87, 11.0952, 43.89), Box(11.2, 43.87, 11.3, 43.89)


def wants(subscription: Subscription, situation: Situation | None = None, **changes: Any) -> bool:
    return subscription.wants(feature_of(situation or digging(**changes)))


def test_everything_is_wanted_if_nothing_is_said() -> None:
    assert wants(Subscription())


def test_kinds_are_compared_as_this_version_knows_them() -> None:
    assert wants(Subscription(kinds=frozenset({"roadworks", "closure"})))
    assert not wants(Subscription(kinds=frozenset({"closure"})))


@pytest.mark.parametrize(
    ("severity", "wanted"),
    [("highest", True), ("high", True), ("medium", False), ("low", False), ("none", False), ("unknown", True), ("unheard_of", True)],
)
def test_a_severity_that_is_known_must_be_enough(severity: str, *, wanted: bool) -> None:
    assert wants(Subscription(least=SeverityLevel.HIGH), severity=severity) is wanted


def test_an_area_is_met_by_a_part_of_a_geometry() -> None:
    assert wants(Subscription(area=HERE))
    assert not wants(Subscription(area=ELSEWHERE))
    assert VIA_ROMA.coordinates[1][0] > HERE.east, "one end is outside"


def test_what_is_not_drawn_may_be_in_any_area() -> None:
    assert wants(Subscription(area=ELSEWHERE), replace(digging(), geometry=None))
    assert not wants(Subscription(area=ELSEWHERE), replace(digging(), geometry=PointGeometry((0, 0))))
