"""Changes of situations, as a recipient sees them."""

from typing import Any

from msgspec.structs import replace

from gateway.centre.situation.changes import SituationChange
from gateway.situation.audience import feature_of
from gateway.situation.lifecycle.situation import Situation
from tests.situation.telemetry.examples import digging


def change(number: int, name: str = "scavo-1", situation: Situation | None = None, **changes: Any) -> SituationChange:
    return SituationChange(number, name, feature_of(replace(situation or digging(**changes), id=name)))


def gone(number: int, name: str = "scavo-1") -> SituationChange:
    return SituationChange(number, name, None)
