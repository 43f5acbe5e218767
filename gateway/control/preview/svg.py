"""Parts of the pictures: style, text, marks. The colours follow the reader's light or dark theme."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal, NamedTuple

Anchor = Literal["start", "middle", "end"]

WIDTH = 480
"""In user units: text of 12 units is legible on a phone of 360 pixels, and on a page that shows the picture twice as wide."""

MARGIN = 16

_STYLE = """
svg{--page:#fff;--ink:#1b1f2a;--dim:#5c6475;--day:#eef3fa;--dusk:#c9d6ea;--night:#2b3a5c;--line:#d5dbe6;--lamp:#e08a00;--glow:#ffc14d;\
background:var(--page);font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
@media (prefers-color-scheme:dark){svg{--page:#12151c;--ink:#eef1f6;--dim:#9aa4b6;--day:#39465e;--dusk:#263149;--night:#0b0f19;\
--line:#2c3445;--lamp:#ffb53d;--glow:#ffb53d}}
.page{fill:var(--page)}.ink{fill:var(--ink)}.dim{fill:var(--dim)}.day{fill:var(--day)}.dusk{fill:var(--dusk)}.night{fill:var(--night)}
.glow{fill:var(--glow)}.edge{fill:none;stroke:var(--lamp);stroke-width:2;stroke-linejoin:round}.tick{stroke:var(--line)}
.title{font-size:17px;font-weight:650}.name{font-size:13px;font-weight:600}.small{font-size:11px}
.crisp{shape-rendering:crispEdges}.on{fill:#1b1f2a;font-size:11px;font-weight:600}text{font-variant-numeric:tabular-nums}
""".strip()


class PictureText(NamedTuple):
    """A text at a place; `kinds` are classes of the style."""

    x: float
    y: float
    text: str
    kinds: str = "ink"
    anchor: Anchor = "start"

    def markup(self) -> str:
        """Return the text as SVG."""
        place = "" if self.anchor == "start" else f' text-anchor="{self.anchor}"'
        return f'<text x="{short(self.x)}" y="{short(self.y)}" class="{self.kinds}"{place}>{escape(self.text)}</text>'


def rectangle(x: float, y: float, width: float, height: float, kinds: str) -> str:
    """Return a rectangle as SVG."""
    return f'<rect x="{short(x)}" y="{short(y)}" width="{short(width)}" height="{short(height)}" class="{kinds}"/>'


def path(points: Sequence[tuple[float, float]], kinds: str, *, closed: bool = False) -> str:
    """Return a line through points as SVG, or an area."""
    drawn = "L".join(f"{short(x)} {short(y)}" for x, y in points)
    return f'<path d="M{drawn}{"Z" if closed else ""}" class="{kinds}"/>'


def picture(height: float, title: str, description: str, parts: Iterable[str]) -> str:
    """Return a whole picture, with what a screen reader says of it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {short(height)}" role="img" aria-labelledby="t d">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(description)}</desc><style>{_STYLE}</style>'
        f"{rectangle(0, 0, WIDTH, height, 'page')}{''.join(parts)}</svg>\n"
    )


def short(number: float) -> str:
    """Return a coordinate with one decimal at most."""
    return f"{number:.1f}".removesuffix(".0")
