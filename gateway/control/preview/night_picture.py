"""The picture of a night: the light of each group over time, before the sky."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.control.preview.forecast import GroupForecast, change_of_clock
from gateway.control.preview.night import Dusk, Night, NightStep
from gateway.control.preview.svg import MARGIN, WIDTH, Anchor, PictureText, path, picture, rectangle
from gateway.control.preview.texts import TextLanguage, change_in_words, duration, lamps_in_words, long_date, number

_HOUR_MS = 3_600_000
_HEAD, _ROW, _CHART, _FOOT = 72, 118, 64, 14
_LEAST_GAP = 36
"""Between the middles of two labels of time."""

_LEAST_STEP = 40
"""Width of a step that has room for its level."""


class _Axis(NamedTuple):
    """Instants on the width of the picture."""

    from_ms: int
    to_ms: int

    def x(self, t_ms: float) -> float:
        share = (t_ms - self.from_ms) / (self.to_ms - self.from_ms)
        return MARGIN + min(1.0, max(0.0, share)) * (WIDTH - 2 * MARGIN)


class NightPicture:
    """The picture of one night of the groups of a site."""

    def __init__(self, site: str, groups: Sequence[GroupForecast], dusk: Dusk, zone: ZoneInfo, language: TextLanguage) -> None:
        self._site, self._groups, self._dusk, self._zone, self._language = site, groups, dusk, zone, language
        self._night: Night = groups[0].nights[0]
        self._axis = self._shown()

    def svg(self) -> str:
        """Return the picture as SVG."""
        title = f"{self._site} · {long_date(self._night.day, self._language)}"
        parts = [PictureText(MARGIN, 30, title, "ink title").markup(), PictureText(MARGIN, 50, " · ".join(self._sky()), "dim").markup()]
        for place, one in enumerate(self._groups):
            parts += self._row(one, _HEAD + place * _ROW)
        return picture(_HEAD + len(self._groups) * _ROW + _FOOT, title, self._description(), parts)

    def _shown(self) -> _Axis:
        """Return the hours to show: those in which lamps burn or it is night, and one more on each side."""
        lit = [one for group in self._groups for one in group.nights[0].steps if one.is_lit()]
        spans = [*((one.from_ms, one.to_ms) for one in lit), *self._dusk.below_horizon] or [self._night.span]
        begin_ms, end_ms = min(one[0] for one in spans), max(one[1] for one in spans)
        return _Axis(
            max(self._night.span.from_ms, begin_ms // _HOUR_MS * _HOUR_MS - _HOUR_MS),
            min(self._night.span.to_ms, -(-end_ms // _HOUR_MS) * _HOUR_MS + _HOUR_MS),
        )

    def _sky(self) -> Iterator[str]:
        english = self._language == "en"
        nights = [one for one in self._dusk.below_horizon if one != self._night.span]
        if nights:
            yield f"{'sunset' if english else 'tramonto'} {self._clock(nights[0].from_ms)}"
            yield f"{'sunrise' if english else 'alba'} {self._clock(nights[-1].to_ms)}"
        elif self._dusk.below_horizon:
            yield "the sun does not rise" if english else "il sole non sorge"
        else:
            yield "the sun does not set" if english else "il sole non tramonta"
        change = change_in_words(change_of_clock(self._night, self._zone), self._language)
        if change is not None:
            yield change

    def _row(self, forecast: GroupForecast, top: float) -> Iterator[str]:
        night, right = forecast.nights[0], WIDTH - MARGIN
        yield PictureText(MARGIN, top + 12, forecast.group.output.name, "ink name").markup()
        yield PictureText(right, top + 12, self._figures(forecast), "dim", "end").markup()
        chart = top + 22
        yield from self._heaven(chart)
        yield from self._light(night, chart)
        yield from self._times(night, chart)

    def _heaven(self, top: float) -> Iterator[str]:
        axis = self._axis
        yield rectangle(MARGIN, top, WIDTH - 2 * MARGIN, _CHART, "day")
        for spans, kind in ((self._dusk.below_horizon, "dusk"), (self._dusk.dark, "night")):
            for one in spans:
                if axis.x(one.to_ms) > axis.x(one.from_ms):
                    yield rectangle(axis.x(one.from_ms), top, axis.x(one.to_ms) - axis.x(one.from_ms), _CHART, kind)

    def _light(self, night: Night, top: float) -> Iterator[str]:
        foot, axis = top + _CHART, self._axis

        def y(level: float) -> float:
            return foot - level / 100 * (_CHART - 6)

        points: list[tuple[float, float]] = []
        for step in night.steps:
            points += [(axis.x(step.from_ms), y(step.begin_level))]
            points += [(axis.x(min(step.ramp_ends_ms, step.to_ms)), y(step.end_level() if step.ramp_ends_ms > step.to_ms else step.level))]
            points += [(axis.x(step.to_ms), y(step.end_level()))]
        yield path([(points[0][0], foot), *points, (points[-1][0], foot)], "glow", closed=True)
        yield path(points, "edge")
        for step in night.steps:
            width = axis.x(step.to_ms) - axis.x(step.from_ms)
            if step.level and width >= _LEAST_STEP:
                middle = (axis.x(step.from_ms) + axis.x(step.to_ms)) / 2
                inside = step.level >= 25
                height = y(step.level) + 14 if inside else y(step.level) - 5
                yield PictureText(middle, height, f"{step.level} %", "on" if inside else "dim small", "middle").markup()

    def _times(self, night: Night, top: float) -> Iterator[str]:
        for step in night.switches():
            x = self._axis.x(step.from_ms)
            yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top + _CHART}" y2="{top + _CHART + 4}" class="tick"/>'
        for step in self._labelled(night):
            x = self._axis.x(step.from_ms)
            near_left, near_right = x < MARGIN + 16, x > WIDTH - MARGIN - 16
            anchor: Anchor = "start" if near_left else "end" if near_right else "middle"
            yield PictureText(x, top + _CHART + 16, self._clock(step.from_ms), "dim small", anchor).markup()

    def _labelled(self, night: Night) -> list[NightStep]:
        """Return the switches whose times have room, those on and off before changes of the level."""
        found: list[NightStep] = []
        for step in sorted(night.switches(), key=lambda one: one.level > 0 and one.begin_level > 0):
            if all(abs(self._axis.x(step.from_ms) - self._axis.x(other.from_ms)) >= _LEAST_GAP for other in found):
                found.append(step)
        return found

    def _figures(self, one: GroupForecast) -> str:
        lamps = lamps_in_words(len(one.group.lamps), self._language)
        return f"{lamps} · {duration(one.hours)} · {number(one.kwh, 2, self._language)} kWh"

    def _description(self) -> str:
        return "; ".join(
            f"{one.group.output.name}: " + ", ".join(f"{self._clock(step.from_ms)} {step.level} %" for step in one.nights[0].switches())
            for one in self._groups
        )

    def _clock(self, t_ms: int) -> str:
        return datetime.fromtimestamp(round(t_ms / 60_000) * 60, self._zone).strftime("%H:%M")
