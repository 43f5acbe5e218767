"""Simulated panels with a known truth: weather, noise, dimming, failures, theft, day-burners, and what looks like them and is none.

It shares no code with the analytics but the calendar of the sun: levels, powers and readings are computed here.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.panel import LitPanel, PanelMinute
from gateway.analytics.results import FindingKind
from gateway.analytics.sun import Coordinates, Interval, sun_day
from gateway.model.site.assets import DimmingSettings, LightingSettings

ROME = ZoneInfo("Europe/Rome")
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
PRATO = Coordinates(43.8777, 11.1022)


class TrueFinding(NamedTuple):
    """Something that is wrong at a panel, with its true times."""

    kind: FindingKind
    from_ms: int
    to_ms: int
    magnitude: float = 0.0


class Happening(NamedTuple):
    """What happens to a panel for a while: a fault, or something that only looks like one."""

    name: str
    from_ms: int
    to_ms: int
    size: float = 0.0


def made_panel(number: int, seed: int) -> LitPanel:
    """Return a panel with lamps, dimming and place drawn by a seed."""
    draw = random.Random(f"panel {seed} {number}")
    dimming = [DimmingSettings(begin=60 * draw.choice((22, 23, 0)), end=60 * draw.choice((4, 5)), level=draw.choice((50, 60, 70)))]
    lighting = LightingSettings(
        lamps=draw.randint(18, 60),
        lamp_power=float(draw.randint(40, 150)),
        base_power=float(draw.randint(0, 20)),
        source=draw.choice(("led", "led", "discharge")),
        elevation=draw.choice((-0.833, -3.0)),
        dimming=dimming if draw.random() < 0.75 else [],
    )
    place = Coordinates(PRATO.lat + draw.uniform(-0.05, 0.05), PRATO.lon + draw.uniform(-0.05, 0.05))
    return LitPanel(f"qe-{number:03d}", lighting, place, ROME, f"Quadro {number}")


class SimulatedPanel:
    """One panel over many nights; `truth` is what is wrong with it."""

    def __init__(self, panel: LitPanel, first: date, nights: int, seed: int) -> None:
        self.panel, self._draw = panel, random.Random(f"nights {seed} {panel.asset}")
        self.days = [lighting_day_of(first + timedelta(days=number)) for number in range(nights)]
        self.nights = [self._night(first + timedelta(days=number)) for number in range(nights)]
        self.truth: list[TrueFinding] = []
        self.energy_wh = 0.0
        self._happenings: list[Happening] = []
        self._efficiency = self._draw.uniform(0.93, 1.07)
        self._curve = self._draw.uniform(-0.1, 0.15)
        self._weather = [self._draw.gauss(0, 0.003) for _ in range(nights)]
        self._volts = [self._draw.gauss(0, 1.5) for _ in range(nights)]
        self._plan()

    def _night(self, day: date) -> Interval:
        """Return the night that begins on a day, by the sun alone."""
        elevation = self.panel.lighting.elevation
        begin, end = sun_day(day, self.panel.place, elevation).set_ms, sun_day(day + timedelta(days=1), self.panel.place, elevation).rise_ms
        assert begin is not None
        assert end is not None
        return Interval(begin, end)

    def _plan(self) -> None:
        """Let things happen, after the nights in which nothing does and the panel is learned."""
        night = 5
        while night < len(self.nights) - 1:
            chosen = self._draw.choice(_HAPPENINGS)
            night += getattr(self, f"_{chosen}")(night) + self._draw.randint(0, 1)
        night = 6
        while night < len(self.nights) - 4:
            night += self._lamps(night) + self._draw.randint(2, 8)

    def _happens(
        self, name: str, from_ms: float, to_ms: float, size: float = 0.0, kind: FindingKind | None = None, magnitude: float = 0.0
    ) -> None:
        self._happenings.append(Happening(name, round(from_ms), round(to_ms), size))
        if kind is not None:
            self.truth.append(TrueFinding(kind, round(from_ms), round(to_ms), magnitude or size))

    def _in_night(self, night: int, least_ms: float, most_ms: float) -> tuple[float, float]:
        """Return a span within a night, away from its ends."""
        begin, end = self.nights[night]
        length = self._draw.uniform(least_ms, most_ms)
        from_ms = self._draw.uniform(begin + 1.6 * HOUR_MS, end - 1.6 * HOUR_MS - length)
        return from_ms, from_ms + length

    def _day_burner(self, night: int) -> int:
        dawn, dusk = self.nights[night].to_ms, self.nights[night + 1].from_ms
        from_ms = self._draw.uniform(dawn + HOUR_MS, dusk - 3 * HOUR_MS)
        self._happens("on", from_ms, from_ms + self._draw.uniform(0.5, 1.9) * HOUR_MS, kind=FindingKind.DAY_BURNER)
        return 1

    def _outage(self, night: int) -> int:
        self._happens("off", *self._in_night(night, 12 * MINUTE_MS, 4 * HOUR_MS), kind=FindingKind.OUTAGE)
        return 1

    def _night_outage(self, night: int) -> int:
        """The lamps do not switch on at all."""
        begin, end = self.nights[night]
        self._happens("off", begin - 10 * MINUTE_MS, end + 10 * MINUTE_MS)
        self.truth.append(TrueFinding(FindingKind.OUTAGE, begin, end))
        return 1

    def _supply_outage(self, night: int) -> int:
        self._happens("no supply", *self._in_night(night, 12 * MINUTE_MS, 3 * HOUR_MS), kind=FindingKind.SUPPLY_OUTAGE)
        return 1

    def _phase_loss(self, night: int) -> int:
        self._happens("phase", *self._in_night(night, 10 * MINUTE_MS, 3 * HOUR_MS), kind=FindingKind.PHASE_LOSS, magnitude=1)
        return 1

    def _stuck_closed(self, night: int) -> int:
        """The contactor does not open in the morning: also a day-burner."""
        dawn = self.nights[night].to_ms
        until_ms = dawn + self._draw.uniform(2, 5) * HOUR_MS
        self._happens("stuck closed", dawn - HOUR_MS, until_ms)
        self.truth.append(TrueFinding(FindingKind.STUCK_CONTACTOR, dawn, round(until_ms)))
        self.truth.append(TrueFinding(FindingKind.DAY_BURNER, dawn, round(until_ms)))
        return 1

    def _stuck_open(self, night: int) -> int:
        """The contactor does not close for a while: also an outage."""
        span = self._in_night(night, 20 * MINUTE_MS, 3 * HOUR_MS)
        self._happens("stuck open", *span, kind=FindingKind.STUCK_CONTACTOR)
        self.truth.append(TrueFinding(FindingKind.OUTAGE, round(span[0]), round(span[1])))
        return 1

    def _theft(self, night: int) -> int:
        """Cables go at night or in the day, and are replaced some nights later, by day."""
        last = min(night + self._draw.randint(1, 2), len(self.nights) - 2)
        begin, end = self.nights[night]
        from_ms = self._draw.choice((self._draw.uniform(begin + 1.5 * HOUR_MS, end - 2.5 * HOUR_MS), begin - 3 * HOUR_MS))
        repaired_ms = self.nights[last].to_ms + 3 * HOUR_MS
        self._happens("theft", from_ms, repaired_ms, self._draw.uniform(0.25, 0.7), FindingKind.CABLE_THEFT)
        return last - night + 2

    def _lamps(self, night: int) -> int:
        """Lamps fail at night, and are replaced by day."""
        last = min(night + self._draw.randint(1, 9), len(self.nights) - 2)
        from_ms = self._in_night(night, HOUR_MS, HOUR_MS)[0]
        count = self._draw.randint(1, max(1, min(4, self.panel.lighting.lamps // 8)))
        self._happens("lamps", from_ms, self.nights[last].to_ms + 4 * HOUR_MS, count, FindingKind.LAMPS_OUT)
        return last - night + 2

    def _clock(self, night: int) -> int:
        """The clock of the switching is wrong for some nights."""
        last = min(night + self._draw.randint(7, 10), len(self.nights) - 2)
        offset_s = self._draw.choice((-1, 1)) * self._draw.uniform(480, 1300)
        span = self.nights[night].from_ms - 2 * HOUR_MS, self.nights[last].to_ms + 2 * HOUR_MS
        self._happens("clock", *span, offset_s)
        if last - night >= 6:
            self.truth.append(TrueFinding(FindingKind.CLOCK_DRIFT, self.nights[night].from_ms, self.nights[last].to_ms, offset_s))
        return last - night + 4

    def _daytime_test(self, night: int) -> int:
        """A near miss: a technician switches on for a few minutes."""
        noon = self.nights[night].to_ms + 3 * HOUR_MS
        self._happens("on", noon, noon + self._draw.uniform(3, 12) * MINUTE_MS)
        return 1

    def _blink(self, night: int) -> int:
        """A near miss: two dark minutes."""
        from_ms = self._in_night(night, HOUR_MS, HOUR_MS)[0]
        self._happens("off", from_ms, from_ms + 2 * MINUTE_MS)
        return 1

    def _sag(self, night: int) -> int:
        """A near miss: half an hour of low voltage."""
        self._happens("sag", *self._in_night(night, 20 * MINUTE_MS, 60 * MINUTE_MS), 0.93)
        return 1

    def _silence(self, night: int) -> int:
        """A near miss: no readings for some hours, over the dusk or in the night."""
        begin = self.nights[night].from_ms + self._draw.uniform(-2, 4) * HOUR_MS
        self._happens("silence", begin, begin + self._draw.uniform(0.2, 4) * HOUR_MS)
        return 1

    def _dull_evening(self, night: int) -> int:
        """A near miss: a twilight switch switches on early, off late."""
        begin, end = self.nights[night]
        self._happens("on", begin - self._draw.uniform(4, 22) * MINUTE_MS, begin + MINUTE_MS)
        self._happens("on", end - MINUTE_MS, end + self._draw.uniform(4, 22) * MINUTE_MS)
        return 1

    def _circuit_test(self, night: int) -> int:
        """A near miss of theft: a third of the lamps is off for a short while."""
        self._happens("theft", *self._in_night(night, 10 * MINUTE_MS, 35 * MINUTE_MS), 0.35)
        return 1

    def minutes(self, number: int) -> Iterator[PanelMinute]:
        """Yield the readings of one day."""
        day = self.days[number]
        happening = [one for one in self._happenings if one.from_ms < day.to_ms and one.to_ms > day.from_ms]
        for t_ms in range(day.from_ms, day.to_ms, MINUTE_MS):
            found = self._minute(number, t_ms, {one.name: one for one in happening if one.from_ms <= t_ms < one.to_ms})
            if found is not None:
                yield found

    def _minute(self, number: int, t_ms: int, now: dict[str, Happening]) -> PanelMinute | None:
        switch_ms = t_ms - round(1000 * now["clock"].size) if "clock" in now else t_ms
        commanded = self.nights[number].from_ms <= switch_ms < self.nights[number].to_ms or "on" in now
        lit = (commanded or "stuck closed" in now) and "off" not in now and "stuck open" not in now and "no supply" not in now
        volts = self._voltages(number, now)
        power_w = self._power_w(number, switch_ms, lit, volts, now)
        self.energy_wh += power_w / 60
        if "silence" in now:
            return None
        noisy_w = max(0.0, power_w * (1 + self._draw.gauss(0, 0.01)))
        factor = 0.95 + self._draw.gauss(0, 0.004) if lit else None
        return PanelMinute(t_ms, noisy_w, volts, factor, commanded, "off" in now)

    def _voltages(self, number: int, now: dict[str, Happening]) -> tuple[float, float, float]:
        if "no supply" in now:
            return (0.0, 0.0, 0.0)
        share = now["sag"].size if "sag" in now else 1.0
        first, second, third = (share * (230 + self._volts[number] + self._draw.gauss(0, 0.6)) for _ in range(3))
        return (0.8 if "phase" in now else first, second, third)

    def _power_w(self, number: int, t_ms: int, lit: bool, volts: tuple[float, float, float], now: dict[str, Happening]) -> float:
        lighting = self.panel.lighting
        if "no supply" in now:
            return 0.0
        if not lit:
            return lighting.base_power
        level = self._level(t_ms) / 100
        lamps = lighting.lamps - (now["lamps"].size if "lamps" in now else 0)
        lamps *= (1 - now["theft"].size) if "theft" in now else 1
        lamps *= 2 / 3 if "phase" in now else 1
        volts_share = max(volts) / 230 if lighting.source == "discharge" else 1.0
        a_lamp_w = lighting.lamp_power * self._efficiency * level * (1 + self._curve * (1 - level)) * volts_share**2
        return lighting.base_power + lamps * a_lamp_w * (1 + self._weather[number])

    def _level(self, t_ms: int) -> int:
        local = datetime.fromtimestamp(t_ms / 1000, ROME)
        minute = 60 * local.hour + local.minute
        for one in self.panel.lighting.dimming:
            inside = one.begin <= minute < one.end if one.begin < one.end else minute >= one.begin or minute < one.end
            if inside:
                return one.level
        return 100


_HAPPENINGS = (
    "day_burner", "outage", "night_outage", "supply_outage", "phase_loss", "stuck_closed", "stuck_open", "theft", "clock",
    "daytime_test", "blink", "sag", "silence", "dull_evening", "circuit_test",
)  # fmt: skip


def lighting_day_of(day: date) -> Interval:
    """Return the day from a local noon to the next."""
    begin, end = (datetime.combine(one, time(12), tzinfo=UTC).replace(tzinfo=ROME).timestamp() for one in (day, day + timedelta(days=1)))
    return Interval(round(1000 * begin), round(1000 * end))
