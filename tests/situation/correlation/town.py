"""A simulated town whose panels fail: because works cut their cables, on their own, and with the supply of a district.

What is true is known here, and used by the score alone. The town: panels 250 m apart, each feeding poles on 180 m of street to either side;
works of every kind on streets, of which two thirds dig. Works are drawn a few metres off. Some owners report late that works have begun,
and a few never do. Feeders that works cut darken neighbouring panels, too.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Coordinates, sun_day
from gateway.model.instants import iso_utc
from gateway.model.messages import AlarmText
from gateway.situation.event.content import SituationContent
from gateway.situation.event.fields import OwnLine
from gateway.situation.event.geometry import LineGeometry, Position
from gateway.situation.event.impact import Impact
from gateway.situation.event.kinds import SituationKind, SituationState, WorksCategory
from gateway.situation.event.timing import Timing
from gateway.situation.event.works import Excavation, Roadworks
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.condition import RaisedCondition

ROME = ZoneInfo("Europe/Rome")
_ORIGIN = (11.05, 43.85)
_LAT_M, _LON_M = 1 / 111_195, 1 / (111_195 * 0.7211)
_SPACING_M, _SIDE = 250.0, 18
_POLES_M = [step * 30.0 for step in range(-6, 7)]
_HOUR_MS = 3_600_000
_FIRST = datetime(2026, 1, 5, tzinfo=UTC)
_TITLE = AlarmText("Panel without supply", "Quadro senza alimentazione")


class Panel(NamedTuple):
    """A lighting panel, first of its positions; the others are those of its poles."""

    name: str
    column: int
    row: int
    positions: tuple[Position, ...]


class TrueOutage(NamedTuple):
    """A panel that fails, and the works that caused it; None if none did. `fault` numbers what happened: some faults hit several panels."""

    condition: RaisedCondition
    cause: str | None
    fault: int


class TownNight(NamedTuple):
    """What happened until the end of a day: all works of the time, and what failed."""

    works: list[Situation]
    outages: list[TrueOutage]


class SimulatedTown:
    """A town, made from a seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._panels = {(column, row): self._panel(column, row) for column in range(_SIDE) for row in range(_SIDE)}
        self._faults = 0

    def days(self, count: int) -> Iterator[TownNight]:
        """Yield days that have nothing to do with each other."""
        for number in range(count):
            day = _FIRST + timedelta(days=number % 350)
            works = [self._works(f"works-{number}-{one}", day) for one in range(self._chance.randint(6, 18))]
            yield TownNight([one for one, _ in works], list(self._outages(day, works)))

    def _panel(self, column: int, row: int) -> Panel:
        east, north = column * _SPACING_M + self._chance.uniform(-30, 30), row * _SPACING_M + self._chance.uniform(-30, 30)
        along = self._chance.random() < 0.5
        poles = [(east + one, north + self._noise(3)) if along else (east + self._noise(3), north + one) for one in _POLES_M]
        return Panel(f"qe-{column:02d}{row:02d}", column, row, tuple(_position(*one) for one in [(east, north), *poles]))

    def _works(self, name: str, day: datetime) -> tuple[Situation, Panel | None]:
        """Return works that last on a day, and the panel whose cable they cut, if they do."""
        chance = self._chance
        digs = chance.random() < 0.65
        panel = self._panels[chance.randrange(_SIDE), chance.randrange(_SIDE)]
        lon, lat = chance.choice(panel.positions)
        length_m, drawn_off_m = chance.uniform(5, 60), self._noise(5)
        geometry = LineGeometry(
            [(lon, lat + drawn_off_m * _LAT_M), (lon + length_m * _LON_M, lat + (drawn_off_m + self._noise(3)) * _LAT_M)]
        )
        begin = day - timedelta(days=chance.randint(0, 5)) + timedelta(hours=6)
        report = chance.random()
        reported = None if report < 0.02 else begin + timedelta(hours=chance.uniform(0, 1.5) if report < 0.3 else 0)
        urgent = chance.random() < 0.1
        content = SituationContent(
            kind=SituationKind.ROADWORKS,
            headline=OwnLine("Lavori"),
            timing=Timing(
                planned_start=begin.date().isoformat(),
                planned_end=(day + timedelta(days=chance.randint(0, 4))).date().isoformat(),
                actual_start=None if reported is None else iso_utc(_ms(reported)),
            ),
            impact=Impact(assets=[panel.name] if digs and chance.random() < 0.1 else []),
            roadworks=Roadworks(
                category=WorksCategory.EMERGENCY if urgent else WorksCategory.MINOR, excavation=Excavation() if digs else None
            ),
        )
        situation = Situation(
            id=name, owner="publiacqua", content=content, geometry=geometry,
            state=SituationState.CONFIRMED if reported is None else SituationState.ACTIVE, version=1, revision=1, since_ms=_ms(begin),
        )  # fmt: skip
        return situation, panel if digs and chance.random() < 0.12 else None

    def _outages(self, day: datetime, works: list[tuple[Situation, Panel | None]]) -> Iterator[TrueOutage]:
        if day.astimezone(ROME).isoweekday() != 7:
            for one, panel in works:
                if panel is not None:
                    yield from self._cut(one.id, panel, day)
        for _ in range(self._chance.randint(0, 2)):
            yield from self._alone(day)
        if self._chance.random() < 0.1:
            yield from self._district(day)

    def _cut(self, works: str, panel: Panel, day: datetime) -> Iterator[TrueOutage]:
        """Cut the cable of a panel while the works are dug; one in five is a feeder, of up to three neighbours, too.

        Mostly it is the supply that is cut; else a short circuit on a line of lamps trips the breaker, which is seen when they should burn.
        """
        at_ms = _local_ms(day, self._chance.uniform(8.5, 17))
        reach = self._chance.randint(1, 3) if self._chance.random() < 0.2 else 0
        neighbours = [(panel.column + step, panel.row) for step in range(1, reach + 1)]
        fault = self._next_fault()
        supply = self._chance.random() < 0.7
        for one in [panel, *(self._panels[where] for where in neighbours if where in self._panels)]:
            yield self._outage(one, at_ms, works, fault, supply=supply)

    def _alone(self, day: datetime) -> Iterator[TrueOutage]:
        """Let a panel fail on its own: a breaker at any time, or a contactor or clock when lamps are switched on."""
        panel = self._chance.choice(list(self._panels.values()))
        if self._chance.random() < 0.5:
            yield self._outage(panel, _local_ms(day, self._chance.uniform(0, 24)), None, self._next_fault(), supply=True)
        else:
            yield self._outage(panel, _local_ms(day, 12), None, self._next_fault(), supply=False)

    def _district(self, day: datetime) -> Iterator[TrueOutage]:
        """Let the supply of 500 m around a panel fail."""
        centre = self._chance.choice(list(self._panels.values()))
        at_ms, fault = _local_ms(day, self._chance.uniform(0, 24)), self._next_fault()
        for one in self._panels.values():
            if (one.column - centre.column) ** 2 + (one.row - centre.row) ** 2 <= 4:
                yield self._outage(one, at_ms, None, fault, supply=True)

    def _outage(self, panel: Panel, at_ms: int, cause: str | None, fault: int, *, supply: bool) -> TrueOutage:
        """Return an outage as it is seen: of the supply at once, of lamps when they should burn."""
        seen_ms = at_ms if supply else max(at_ms, _sunset_ms(at_ms, panel.positions[0]) + 600_000)
        seen_ms += self._chance.randint(0, 60_000)
        alarm = "supply_outage" if supply else "panel_outage"
        return TrueOutage(RaisedCondition("citelum", panel.name, alarm, seen_ms, _TITLE, positions=panel.positions), cause, fault)

    def _next_fault(self) -> int:
        self._faults += 1
        return self._faults

    def _noise(self, metres: float) -> float:
        return self._chance.gauss(0, metres)


def _position(east_m: float, north_m: float) -> Position:
    return round(_ORIGIN[0] + east_m * _LON_M, 7), round(_ORIGIN[1] + north_m * _LAT_M, 7)


def _ms(at: datetime) -> int:
    return round(1000 * at.timestamp())


def _local_ms(day: datetime, hour: float) -> int:
    return _ms(datetime(day.year, day.month, day.day, tzinfo=ROME)) + round(hour * _HOUR_MS)


def _sunset_ms(at_ms: int, position: Position) -> int:
    found = sun_day(datetime.fromtimestamp(at_ms / 1000, ROME).date(), Coordinates(position[1], position[0])).set_ms
    assert found is not None
    return found
