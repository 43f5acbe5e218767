"""The situations that follow from outages: published when they have lasted a little, kept up to date, ended when they are over."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from gateway.model.instants import iso_utc
from gateway.situation.event.content import Audience, Provenance, RelatedSituation, SituationContent
from gateway.situation.event.datex_names import AbnormalTraffic, ParkingStatus
from gateway.situation.event.fields import OwnLine, OwnText
from gateway.situation.event.geometry import MultiPointGeometry
from gateway.situation.event.impact import Impact
from gateway.situation.event.kinds import Relation, SeverityLevel, SituationKind, Utility
from gateway.situation.event.subjects import LightingDetails, OutageDetails, ParkingDetails, TrafficDetails
from gateway.situation.event.timing import Timing
from gateway.situation.lifecycle.actions import Cancel, End, Publish, SituationAction, Update
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.outages import TelemetryOutage

_AFTER_MS = 2 * 60_000
"""An outage is published when it has lasted so long: what else belongs to it begins meanwhile."""

_GONE_MS = 5 * 60_000
"""A situation is ended when its outage is gone for so long: one that comes back meanwhile goes on."""

_PART_OF = "fa parte di"

_MOST_ASSETS, _MOST_NAMED, _MOST_POSITIONS = 1000, 3, 500
_LONGEST_LINE, _LONGEST_ID = 200, 63

_DETAILS: Mapping[SituationKind, dict[str, object]] = {
    SituationKind.LIGHTING: {"lighting": LightingDetails()},
    SituationKind.OUTAGE: {"outage": OutageDetails(Utility.ELECTRICITY)},
    SituationKind.PARKING: {"parking": ParkingDetails(ParkingStatus.FULL)},
    SituationKind.TRAFFIC: {"traffic": TrafficDetails(AbnormalTraffic.UNSPECIFIED_ABNORMAL_TRAFFIC)},
}


class TelemetryRule(NamedTuple):
    """What an alarm becomes as a situation."""

    kind: SituationKind
    severity: SeverityLevel = SeverityLevel.UNKNOWN
    audience: Audience = Audience()


class TelemetryStep(NamedTuple):
    """What the organisation of the assets is to do with a situation."""

    owner: str
    situation: str
    action: SituationAction


class TelemetryPlanner:
    """Decides what is to be done so that situations say what telemetry shows.

    What has to be done follows from the situations as they are. Only since when an outage is gone is remembered here: a process that
    begins anew ends a situation some minutes later.

    Args:
        rules: What becomes a situation, by kind of alarm.
    """

    def __init__(self, rules: Mapping[str, TelemetryRule]) -> None:
        self._rules = rules
        self._gone_ms: dict[str, int] = {}

    def steps(self, outages: Iterable[TelemetryOutage], situations: Iterable[Situation], now_ms: int) -> list[TelemetryStep]:
        """Return what is to be done now.

        Args:
            outages: Everything that telemetry shows.
            situations: All situations.
            now_ms: The time.
        """
        known_before = {one.id: one for one in situations if _alarm_of(one) in self._rules}
        own = {name: one for name, one in known_before.items() if not one.state.over}
        steps: list[TelemetryStep] = []
        kept: dict[str, list[str]] = {}
        for outage in outages:
            rule = self._rules.get(outage.alarm)
            if rule is None:
                continue
            known = next((one for one in own.values() if one.id not in kept and _is_about(one, outage)), None)
            if known is not None:
                kept[known.id] = outage.assets
                steps += _update(known, outage)
            elif now_ms - outage.since_ms >= _AFTER_MS and (name := _new_name(outage, known_before)) is not None:
                steps.append(_publish(name, outage, rule, now_ms))
        steps += self._over((one for one in own.values() if one.id not in kept), kept, now_ms)
        self._gone_ms = {name: at_ms for name, at_ms in self._gone_ms.items() if name in own and name not in kept}
        return steps

    def _over(self, gone: Iterable[Situation], kept: Mapping[str, list[str]], now_ms: int) -> Iterator[TelemetryStep]:
        """Yield the end of situations whose outage is gone; one whose assets another has now is part of that."""
        for one in gone:
            whole = next((name for name, assets in kept.items() if set(_assets_of(one)) & set(assets)), None)
            if whole is not None:
                yield TelemetryStep(one.owner, one.id, Cancel(f"{_PART_OF} {whole} / is part of {whole}"))
            elif now_ms - self._gone_ms.setdefault(one.id, now_ms) >= _GONE_MS:
                yield TelemetryStep(one.owner, one.id, End(time=iso_utc(self._gone_ms[one.id]), verified=True))


def _publish(name: str, outage: TelemetryOutage, rule: TelemetryRule, now_ms: int) -> TelemetryStep:
    since = iso_utc(outage.since_ms)
    empty = SituationContent(
        kind=rule.kind,
        headline=OwnLine("-"),
        timing=Timing(planned_start=since, actual_start=since, start_verified=True, observed=iso_utc(now_ms)),
        severity=rule.severity,
        audience=rule.audience,
        provenance=Provenance(reference=_reference(outage.alarm), reliable=True),
        **_DETAILS.get(rule.kind, {}),  # type: ignore[arg-type]  # each has the type of its attribute
    )
    return TelemetryStep(outage.operator, name, Publish(id=name, content=_content(empty, outage), geometry=_geometry(outage)))


def _update(known: Situation, outage: TelemetryOutage) -> Iterator[TelemetryStep]:
    content, geometry = _content(known.content, outage), _geometry(outage)
    if (content, geometry) != (known.content, known.geometry):
        yield TelemetryStep(known.owner, known.id, Update(content=content, geometry=geometry, version=known.version))


def _content(content: SituationContent, outage: TelemetryOutage) -> SituationContent:
    """Return content that says which assets an outage affects, and what probably caused it."""
    cause = None if outage.cause is None else outage.cause.works
    described = None if cause is None else OwnText(f"Causa probabile: i lavori {cause}.", f"Probable cause: the works {cause}.")
    related = [] if cause is None else [RelatedSituation(cause, Relation.CAUSED_BY)]
    return replace(
        content,
        headline=_headline(outage),
        description=described,
        impact=Impact(assets=outage.assets[:_MOST_ASSETS]),
        related=related,
    )


def _headline(outage: TelemetryOutage) -> OwnLine:
    title, assets = outage.conditions[0].title, outage.assets
    named = ", ".join(assets[:_MOST_NAMED]) + (" …" if len(assets) > _MOST_NAMED else "")
    count = "" if len(assets) == 1 else f" ({len(assets)})"
    return OwnLine(_line(f"{title.it}{count}: {named}"), _line(f"{title.en}{count}: {named}"))


def _line(text: str) -> str:
    """Return a text that a device may have sent as one line."""
    return "".join(one if one.isprintable() else " " for one in text)[:_LONGEST_LINE]


def _geometry(outage: TelemetryOutage) -> MultiPointGeometry | None:
    """Return where the assets are; not what they feed."""
    positions = sorted({one.positions[0] for one in outage.conditions if one.positions})
    return MultiPointGeometry(positions[:_MOST_POSITIONS]) if positions else None


def _new_name(outage: TelemetryOutage, known: Mapping[str, Situation]) -> str | None:
    """Return the name of a new situation: the alarm, an asset, and the second at which it began; None if a person has ended it.

    What this has ended before goes on under another name: its alarm was not heard of for a while, or it was part of another situation.
    """
    begin, second = f"{outage.alarm.replace('_', '-')}-{outage.conditions[0].asset}", outage.since_ms // 1000
    for number in range(1, len(known) + 2):
        end = f"-{second}" if number == 1 else f"-{second}-{number}"
        name = f"{begin[: _LONGEST_ID - len(end)].rstrip('-')}{end}"
        if name not in known:
            return name
        if not _ended_by_telemetry(known[name]):
            return None
    return None


def _ended_by_telemetry(situation: Situation) -> bool:
    if situation.comments and situation.comments[-1].text.startswith(_PART_OF):
        return True
    return situation.content.timing.end_verified


def _is_about(situation: Situation, outage: TelemetryOutage) -> bool:
    same = (situation.owner, _alarm_of(situation)) == (outage.operator, outage.alarm)
    return same and not set(_assets_of(situation)).isdisjoint(outage.assets)


def _assets_of(situation: Situation) -> list[str]:
    return [] if situation.content.impact is None else situation.content.impact.assets


def _reference(alarm: str) -> str:
    return f"alarm {alarm}"


def _alarm_of(situation: Situation) -> str | None:
    """Return the kind of alarm that a situation follows from; None if it does not."""
    provenance = situation.content.provenance
    reference = None if provenance is None else provenance.reference
    return None if reference is None or not reference.startswith("alarm ") else reference.removeprefix("alarm ")
