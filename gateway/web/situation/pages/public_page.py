"""The page for citizens as HTML: what is public, by time, in Italian or English. It needs no script. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from gateway.situation.event.content import SituationContent
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.fields import OwnLine, OwnText
from gateway.situation.event.geometry import Geometry
from gateway.situation.event.kinds import SituationState, TrafficControl
from gateway.web.situation.pages.words import KIND_WORDS, PUBLIC_WORDS, TOPICS, PageLanguage, day_words

SOON_MS = 14 * 86_400_000

_DAY_LENGTH = len("2026-12-04")
_TO = "\N{EN DASH}"
_PLACE = re.compile(r"\{\{([a-z]+)\}\}")
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = frozenset(["di", "da", "del", "della", "dello", "dei", "degli", "delle", "al", "alla", "e", "la", "le", "in"])
_AGREED = (SituationState.PLANNED, SituationState.CONFIRMED, SituationState.ACTIVE)


class PublicItem(NamedTuple):
    """A public situation, and when it begins and ends as far as is known; `owner` is the title of its organisation."""

    feature: SituationFeature
    owner: str
    from_ms: int
    to_ms: int


class PublicView(NamedTuple):
    """What somebody looks at: a language, and a topic, or everything (None)."""

    language: PageLanguage
    topic: str | None


class MapMark(msgspec.Struct, frozen=True):
    """What the map draws of a situation: its number on the page, what and where."""

    number: int
    id: str
    kind: str
    active: bool
    headline: str
    geometry: Geometry


class PublicSection(NamedTuple):
    """The situations of one time."""

    name: str
    items: Sequence[PublicItem]


def sections_of(items: Iterable[PublicItem], topic: str | None, now_ms: int) -> list[PublicSection]:
    """Return what is shown: now, soon and later, each in the order of its time. What is not agreed yet is left out."""
    shown = [one for one in items if _is_shown(one, topic)]
    now = [one for one in shown if one.feature.properties.state is SituationState.ACTIVE or one.from_ms <= now_ms]
    soon = [one for one in shown if one not in now and one.from_ms <= now_ms + SOON_MS]
    later = [one for one in shown if one.from_ms > now_ms + SOON_MS and one not in now]
    by_begin = sorted(soon, key=_begin), sorted(later, key=_begin)
    return [
        PublicSection("now", sorted(now, key=lambda one: (one.to_ms, one.feature.id))),
        *map(PublicSection, ("soon", "later"), by_begin),
    ]


def marks_of(sections: Sequence[PublicSection], language: PageLanguage) -> list[MapMark]:
    """Return what the map draws, with the numbers of the page."""
    found = []
    for number, one in enumerate((item for section in sections for item in section.items), 1):
        said = one.feature.properties
        if one.feature.geometry is not None:
            is_active = said.state is SituationState.ACTIVE
            found.append(MapMark(number, one.feature.id, said.kind.member, is_active, _in(said.headline, language), one.feature.geometry))
    return found


def public_page(template: str, site: str, view: PublicView, sections: Sequence[PublicSection], zone: ZoneInfo, now_ms: int) -> str:
    """Return the page.

    Args:
        template: The built page, with places for its parts.
        site: The name of the site.
        view: What somebody looks at.
        sections: What is shown.
        zone: The time zone of the site.
        now_ms: When this is.
    """
    words = PUBLIC_WORDS[view.language]
    clock = datetime.fromtimestamp(now_ms / 1000, zone)
    parts = {
        "lang": view.language,
        "title": escape(words["title"].format(site=site.replace("-", " ").title())),
        "head": _head(view, words),
        "list": "".join(_sections(sections, view.language, zone)),
        "updated": escape(words["updated"].format(time=f"{clock:%H:%M}")) + " " + escape(words["exercises"]),
        "login": escape(words["login"]),
        "skip": escape(words["skip"]),
        "map": escape(words["map"]),
        "labels": escape(msgspec.json.encode({name: words[name] for name in ("zoom_in", "zoom_out", "whole")}).decode()),
        "marks": f"/map.json?{_query(view)}",
    }
    return _PLACE.sub(lambda place: parts[place[1]], template)  # in one pass: what organisations write is no template


def busy_page(language: PageLanguage) -> str:
    """Return what those who ask too often are answered."""
    said = escape(PUBLIC_WORDS[language]["busy"])
    return f'<!doctype html><html lang="{language}"><title>429</title><body><p>{said}</p></body></html>'


def _head(view: PublicView, words: Mapping[str, str]) -> str:
    def link(topic: str | None) -> str:
        current = ' aria-current="page"' if topic == view.topic else ""
        return f'<li><a href="/?{escape(_query(view._replace(topic=topic)))}"{current}>{escape(words[topic or "all"])}</a></li>'

    other: PageLanguage = "en" if view.language == "it" else "it"
    topics = "".join(map(link, (None, *TOPICS)))
    return (
        f"<p>{escape(words['intro'])}</p>"
        f'<nav aria-label="{escape(words["topics"])}"><ul class="topics">{topics}</ul></nav>'
        f'<p class="language"><a href="/?{escape(_query(view._replace(language=other)))}" lang="{other}" hreflang="{other}">'
        f"{escape(words['other'])}</a></p>"
    )


def _query(view: PublicView) -> str:
    return f"lang={view.language}" + ("" if view.topic is None else f"&topic={view.topic}")


def _sections(sections: Sequence[PublicSection], language: PageLanguage, zone: ZoneInfo) -> Iterator[str]:
    words, number = PUBLIC_WORDS[language], 0
    if not any(section.items for section in sections):
        yield f'<p class="nothing">{escape(words["nothing"])}</p>'
    for section in sections:
        if not section.items:
            continue
        articles = []
        for one in section.items:
            number += 1
            articles.append(f"<li>{_article(one, number, language, zone)}</li>")
        count = f'<span class="count">{len(section.items)}</span>'
        yield f'<section aria-labelledby="{section.name}"><h2 id="{section.name}">{escape(words[section.name])} {count}</h2><ol>'
        yield "".join(articles) + "</ol></section>"


def _article(one: PublicItem, number: int, language: PageLanguage, zone: ZoneInfo) -> str:
    said, words = one.feature.properties, PUBLIC_WORDS[language]
    kind = said.kind.member
    overrun = f' <strong class="late">{escape(words["overrunning"])}</strong>' if said.overrunning else ""
    return (
        f'<article id="{escape(one.feature.id)}" class="{"active" if said.state is SituationState.ACTIVE else "coming"}">'
        f'<p class="what"><span class="badge">{number}</span> <span class="kind">{escape(KIND_WORDS[language][kind])}</span></p>'
        f"<h3{_foreign(said.headline, language)}>{escape(_in(said.headline, language))}</h3>"
        f'<p class="when">{escape(when(said, language, zone))}{overrun}</p>'
        f"{_where(said)}{_traffic(said, language)}{_details(said, language)}"
        f'<p class="by">{escape(one.owner)}</p></article>'
    )


def when(said: SituationContent, language: PageLanguage, zone: ZoneInfo) -> str:
    """Return when something happens, in words: what was reported counts more than what is planned."""
    words, timing = PUBLIC_WORDS[language], said.timing
    begin, end = timing.actual_start or timing.planned_start, timing.actual_end or timing.planned_end
    first = _time(begin, language, zone)
    if end is None:
        return words["since" if timing.actual_start else "from"].format(begin=first)
    last = _time(end, language, zone)
    if _day(begin, zone) == _day(end, zone):
        clocks = [_clock(one, zone) for one in (begin, end) if len(one) > _DAY_LENGTH]
        return words["on"].format(begin=", ".join([_day_text(begin, language, zone), *([_TO.join(clocks)] if clocks else [])]))
    return words["from_to"].format(begin=first, end=last)


def _where(said: SituationContent) -> str:
    streets = [
        _street(one.name) + (f", {one.number_from}" + (f"{_TO}{one.number_to}" if one.number_to else "") if one.number_from else "")
        for one in said.location.street_refs
    ]
    return f'<p class="where">{escape("; ".join(streets))}</p>' if streets else ""


def _street(name: str) -> str:
    """Return a street as people write it; registers have it in capitals."""
    if name != name.upper():
        return name
    return _WORD.sub(lambda word: word[0] if word.start() > 0 and word[0] in _SMALL else word[0].title(), name.lower())


def _traffic(said: SituationContent, language: PageLanguage) -> str:
    words, impact = PUBLIC_WORDS[language], said.impact
    found = []
    if said.parking is not None and said.parking.available is not None:
        found.append(words["places"].format(available=said.parking.available))
    if impact is not None:
        if impact.control is TrafficControl.ROAD_CLOSURE:
            found.append(words["closed"])
        elif impact.lanes_closed:
            found.append(words["lane" if impact.lanes_closed == 1 else "lanes"].format(lanes=impact.lanes_closed))
        elif impact.capacity_percent is not None:
            found.append(words["capacity"].format(percent=round(impact.capacity_percent)))
    return f'<p class="impact">{escape("; ".join(found))}</p>' if found else ""


def _details(said: SituationContent, language: PageLanguage) -> str:
    words = PUBLIC_WORDS[language]
    rows = list(_rows(said, language))
    text = f"<p{_foreign(said.description, language)}>{escape(_in(said.description, language))}</p>" if said.description else ""
    listed = "".join(f"<dt>{escape(words[name])}</dt><dd>{content}</dd>" for name, content in rows)
    listed = f"<dl>{listed}</dl>" if rows else ""
    return f"<details><summary>{escape(words['more'])}</summary>{text}{listed}</details>" if text or rows else ""


def _rows(said: SituationContent, language: PageLanguage) -> Iterator[tuple[str, str]]:
    """Yield names of words and HTML."""
    impact = said.impact
    if impact is not None and impact.detour is not None:
        detour = impact.detour.description
        if detour is not None:
            yield "detour", f"<span{_foreign(detour, language)}>{escape(_in(detour, language))}</span>"
        elif impact.detour.street_refs:
            yield "detour", escape(", ".join(_street(one.name) for one in impact.detour.street_refs))
    if impact is not None and impact.stops:
        yield "stops", escape(", ".join(one.name or one.id for one in impact.stops))
    if said.roadworks is not None and said.roadworks.ordinance is not None:
        yield "order", escape(said.roadworks.ordinance.number)


def _is_shown(one: PublicItem, topic: str | None) -> bool:
    said = one.feature.properties
    return said.state in _AGREED and (topic is None or said.kind.member in TOPICS[topic])


def _begin(one: PublicItem) -> tuple[int, str]:
    return one.from_ms, one.feature.id


def _in(text: OwnLine | OwnText, language: PageLanguage) -> str:
    return (text.en or text.it) if language == "en" else text.it


def _foreign(text: OwnLine | OwnText, language: PageLanguage) -> str:
    """Return the attribute that says that a text is in Italian on a page in English."""
    return ' lang="it"' if language == "en" and text.en is None else ""


def _day(text: str, zone: ZoneInfo) -> date:
    return date.fromisoformat(text) if len(text) == _DAY_LENGTH else datetime.fromisoformat(text).astimezone(zone).date()


def _clock(text: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%H:%M}"


def _day_text(text: str, language: PageLanguage, zone: ZoneInfo) -> str:
    day = _day(text, zone)
    return day_words(day.weekday(), day.day, day.month, language)


def _time(text: str, language: PageLanguage, zone: ZoneInfo) -> str:
    day = _day_text(text, language, zone)
    return day if len(text) == _DAY_LENGTH else f"{day}, {_clock(text, zone)}"
