"""Situations that the tests of this folder share: works in Via Roma, an accident, and the organisations of a small town."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gateway.analytics.holidays import MonthDay
from gateway.model.instants import ms_of_iso
from gateway.situation.event.content import SituationContent
from gateway.situation.event.document import Draft, DraftFeature
from gateway.situation.event.geometry import Geometry, LineGeometry
from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.actions import Publish, SituationAction
from gateway.situation.lifecycle.parties import Actor, Organisation, Parties
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.lifecycle.transitions import Occasion, apply, publish
from gateway.situation.times.periods import TimeRules
from gateway.situation.times.working_days import WorkingDays

ROME = ZoneInfo("Europe/Rome")
RULES = TimeRules(ROME, WorkingDays(MonthDay(12, 26)))
TOWN = Parties(
    {
        one.name: one
        for one in (
            Organisation("comune", "Comune di Prato", authority=True),
            Organisation("publiacqua", "Publiacqua"),
            Organisation("citelum", "Citelum"),
            Organisation("cap", "Cap", kinds=frozenset({"traffic"})),
        )
    }
)
COMUNE, PUBLIACQUA, CITELUM, CAP = (Actor(name, "anna") for name in ("comune", "publiacqua", "citelum", "cap"))
NOW_MS = ms_of_iso("2026-11-02T09:00:00+01:00")
VIA_ROMA = LineGeometry([(11.0950, 43.8800), (11.0960, 43.8805)])


def works(**changes: Any) -> SituationContent:
    """Return works in Via Roma from 1 to 4 December, with some parts of the document changed."""
    return content({
        "kind": "roadworks",
        "headline": {"it": "Scavo in Via Roma"},
        "timing": {"planned_start": "2026-12-01", "planned_end": "2026-12-04"},
        "location": {"street_refs": [{"name": "VIA ROMA", "key": "375741"}]},
        "roadworks": {"category": "standard", "excavation": {"area_m2": 20}},
        "audience": {"organisations": ["citelum"]},
    } | changes)  # fmt: skip


def accident(**changes: Any) -> SituationContent:
    """Return an accident that everybody may know of."""
    return content({
        "kind": "accident",
        "headline": {"it": "Incidente in Via Roma"},
        "timing": {"planned_start": "2026-11-02T08:50:00+01:00"},
        "audience": {"public": True},
    } | changes)  # fmt: skip


def content(document: dict[str, Any]) -> SituationContent:
    """Return content from a document."""
    return msgspec.convert(document, SituationContent)


def feature(said: SituationContent, geometry: Geometry | None = VIA_ROMA, **draft: Any) -> DraftFeature:
    """Return a feature as an organisation sends it."""
    return DraftFeature(type="Feature", geometry=geometry, properties=msgspec.convert(msgspec.to_builtins(said) | draft, Draft))


def occasion(actor: Actor, now_ms: int = NOW_MS, rules: TimeRules = RULES) -> Occasion:
    """Return who acts when."""
    return Occasion(actor, now_ms, rules, TOWN)


def published(said: SituationContent, actor: Actor = PUBLIACQUA, state: SituationState | None = None, now_ms: int = NOW_MS) -> Situation:
    """Return a new situation."""
    return publish(Publish(id="scavo-1", content=said, geometry=VIA_ROMA, state=state), occasion(actor, now_ms))


def done(situation: Situation, *actions: tuple[Actor, SituationAction]) -> Situation:
    """Return what becomes of a situation after several actions, a minute after each other."""
    for number, (actor, action) in enumerate(actions, 1):
        situation = apply(situation, action, occasion(actor, situation.since_ms + 60_000 * number))
    return situation
