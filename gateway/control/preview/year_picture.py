"""The picture of a year: a column for each night, from noon at the top to noon at the bottom."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Interval
from gateway.control.preview.forecast import GroupForecast
from gateway.control.preview.night import Night
from gateway.control.preview.svg import MARGIN, WIDTH, PictureText, picture, rectangle, short
from gateway.control.preview.texts import TextLanguage, duration, number, short_month

_HEAD, _CHART, _ROW = 44, 192, 258
_LEFT = MARGIN + 34
_DAY_MINUTES = 24 * 60
_OVERLAP = 0.3
"""How much wider than its place a column is, so that none is seen between two that are drawn on whole pixels."""

_SHADE, _MOST_SHADES = 52, 6
"""Width of an entry of the legend, and how many it has."""

_HOURS = (12, 16, 20, 0, 4, 8, 12)


class YearPicture:
    """The picture of a year of the groups of a site; `dark` are the nights of the sun."""

    def __init__(
        self, site: str, groups: Sequence[GroupForecast], dark: Sequence[Interval], zone: ZoneInfo, language: TextLanguage
    ) -> None:
        self._site, self._groups, self._zone, self._language = site, groups, zone, language
        self._nights = groups[0].nights
        self._sky = "".join(self._column(place, span) for place, night in enumerate(self._nights) for span in _within(dark, night.span))

    def svg(self) -> str:
        """Return the picture as SVG."""
        title = f"{self._site} · {self._nights[0].day.year}"
        parts = [PictureText(MARGIN, 30, title, "ink title").markup(), *self._legend()]
        for place, one in enumerate(self._groups):
            parts += self._panel(one, _HEAD + place * _ROW)
        described = "; ".join(f"{one.group.output.name}: {self._figures(one)}" for one in self._groups)
        return picture(_HEAD + len(self._groups) * _ROW, title, described, parts)

    def _legend(self) -> Iterator[str]:
        """Yield what the shades mean, from the right: the levels of all groups."""
        levels = sorted({step.level for one in self._groups for night in one.nights for step in night.steps} - {0})
        for place, level in enumerate(levels[-_MOST_SHADES:]):
            x = WIDTH - MARGIN - (len(levels[-_MOST_SHADES:]) - place) * _SHADE
            yield rectangle(x, 19, 14, 14, "night")
            yield f'<rect x="{x}" y="19" width="14" height="14" class="glow" fill-opacity="{_opacity(level)}"/>'
            yield PictureText(x + 18, 30, f"{level} %", "dim small").markup()

    def _panel(self, forecast: GroupForecast, top: float) -> Iterator[str]:
        yield PictureText(MARGIN, top + 12, forecast.group.output.name, "ink name").markup()
        yield PictureText(WIDTH - MARGIN, top + 12, self._figures(forecast), "dim", "end").markup()
        chart = top + 22
        yield rectangle(_LEFT, chart, WIDTH - MARGIN - _LEFT, _CHART, "day")
        yield f'<g transform="translate({_LEFT} {chart})" class="crisp"><path d="{self._sky}" class="night"/>'
        for level, drawn in sorted(self._columns(forecast.nights).items()):
            yield f'<path d="{"".join(drawn)}" class="glow" fill-opacity="{_opacity(level)}"/>'
        yield "</g>"
        for place, hour in enumerate(_HOURS):
            y = chart + _CHART * place / (len(_HOURS) - 1)
            yield PictureText(_LEFT - 6, y + 4, f"{hour:02}:00", "dim small", "end").markup()
        yield from self._months(chart)

    def _columns(self, nights: Sequence[Night]) -> dict[int, list[str]]:
        """Return the columns of each level as parts of a path."""
        drawn: defaultdict[int, list[str]] = defaultdict(list)
        for place, night in enumerate(nights):
            for step in night.steps:
                if step.level:
                    drawn[step.level].append(self._column(place, Interval(step.from_ms, step.to_ms)))
        return drawn

    def _column(self, place: int, span: Interval) -> str:
        """Return a part of a night. The height is the time of the clock, so a change of the hour is a step."""
        width = (WIDTH - MARGIN - _LEFT) / len(self._nights)
        begin, end = self._height(span.from_ms, self._nights[place]), self._height(span.to_ms, self._nights[place])
        wide = f"{width + _OVERLAP:.2f}"
        return f"M{place * width:.2f} {short(begin)}h{wide}v{short(end - begin)}h-{wide}z"

    def _height(self, t_ms: int, night: Night) -> float:
        if t_ms >= night.span.to_ms:
            return _CHART
        local = datetime.fromtimestamp(t_ms / 1000, self._zone)
        minutes = (local.hour * 60 + local.minute - 12 * 60) % _DAY_MINUTES
        return minutes / _DAY_MINUTES * _CHART

    def _months(self, top: float) -> Iterator[str]:
        width = (WIDTH - MARGIN - _LEFT) / len(self._nights)
        for place, night in enumerate(self._nights):
            if night.day.day == 1:
                x = _LEFT + place * width
                yield f'<line x1="{short(x)}" x2="{short(x)}" y1="{top + _CHART}" y2="{top + _CHART + 4}" class="tick"/>'
                yield PictureText(
                    x + 15 * width, top + _CHART + 16, short_month(night.day.month, self._language), "dim small", "middle"
                ).markup()

    def _figures(self, one: GroupForecast) -> str:
        return f"{duration(one.hours)} · {number(one.kwh, 0, self._language)} kWh"


def _opacity(level: int) -> str:
    return f"{0.15 + 0.85 * level / 100:.2f}"


def _within(spans: Sequence[Interval], day: Interval) -> Iterator[Interval]:
    for one in spans:
        if one.from_ms < day.to_ms and one.to_ms > day.from_ms:
            yield Interval(max(one.from_ms, day.from_ms), min(one.to_ms, day.to_ms))
