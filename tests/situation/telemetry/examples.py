"""Dark panels in and beside the works of the examples in Via Roma."""

from typing import Any

from msgspec.structs import replace

from gateway.model.instants import iso_utc, ms_of_iso
from gateway.model.messages import AlarmText
from gateway.situation.event.geometry import Position
from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.condition import RaisedCondition
from tests.situation.examples import NOW_MS, VIA_ROMA, works

DARK = AlarmText("Panel without supply", "Quadro senza alimentazione")
IN_THE_WORKS: Position = (11.0955, 43.88025)
BESIDE_THE_WORKS: Position = (11.0990, 43.8803)
DIG_MS = ms_of_iso("2026-12-02T10:00:00+01:00")
"""A Wednesday."""


def dark(
    asset: str, *positions: Position, since_ms: int = DIG_MS, alarm: str = "supply_outage", operator: str = "citelum"
) -> RaisedCondition:
    return RaisedCondition(operator, asset, alarm, since_ms, DARK, positions=positions)


def digging(name: str = "scavo-1", state: SituationState = SituationState.ACTIVE, **changes: Any) -> Situation:
    """Return works in Via Roma from 1 to 4 December that have begun, if they are active."""
    content = works(**changes)
    if state is SituationState.ACTIVE:
        began = iso_utc(ms_of_iso("2026-12-01T07:30:00+01:00"))
        content = replace(content, timing=replace(content.timing, actual_start=began))
    return Situation(id=name, owner="publiacqua", content=content, geometry=VIA_ROMA, state=state, version=1, revision=1, since_ms=NOW_MS)
