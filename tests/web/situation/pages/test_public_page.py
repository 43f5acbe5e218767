"""The page for citizens as HTML."""

import re
from typing import Any

import msgspec
import pytest

from gateway.model.instants import ms_of_iso
from gateway.situation.audience import feature_of
from gateway.situation.event.kinds import SituationState
from gateway.situation.times.instants import span_of
from gateway.web.situation.pages.public_page import PublicItem, PublicView, busy_page, marks_of, public_page, sections_of, when
from gateway.web.situation.pages.words import PageLanguage
from tests.situation.examples import NOW_MS, ROME, accident, content, published, works

TEMPLATE = "<html lang={{lang}}><title>{{title}}</title>{{skip}}{{head}}{{map}}{{marks}}{{labels}}<main>{{list}}</main>{{updated}}{{login}}"


def item(name: str = "one", state: SituationState = SituationState.PLANNED, **changes: Any) -> PublicItem:
    situation = published(works(audience={"public": True}, **changes))
    span = span_of(situation.content.timing, ROME)
    return PublicItem(feature_of(msgspec.structs.replace(situation, id=name, state=state)), "Publiacqua", span.from_ms, span.to_ms)


def page(*items: PublicItem, language: PageLanguage = "it", topic: str | None = None) -> str:
    return public_page(TEMPLATE, "prato", PublicView(language, topic), sections_of(items, topic, NOW_MS), ROME, NOW_MS)


def from_to(begin: str, end: str | None) -> dict[str, Any]:
    return {"timing": {"planned_start": begin, **({} if end is None else {"planned_end": end})}}


def test_what_happens_now_soon_and_later_is_in_the_order_of_its_time() -> None:
    shown = [
        item("later", **from_to("2026-12-20", "2026-12-21")),
        item("soon-2", **from_to("2026-11-10", "2026-11-11")),
        item("soon-1", **from_to("2026-11-09", "2026-11-30")),
        item("now", SituationState.ACTIVE, **from_to("2026-11-01", "2026-11-05")),
    ]
    sections = sections_of(shown, None, NOW_MS)
    assert [(one.name, [each.feature.id for each in one.items]) for one in sections] == [
        ("now", ["now"]),
        ("soon", ["soon-1", "soon-2"]),
        ("later", ["later"]),
    ]
    assert [(one.number, one.id, one.active) for one in marks_of(sections, "it")][:2] == [(1, "now", True), (2, "soon-1", False)]


@pytest.mark.parametrize("state", [SituationState.PROPOSED, SituationState.ENDED, SituationState.CANCELLED])
def test_what_is_not_agreed_or_over_is_not_shown(state: SituationState) -> None:
    assert "Nessun avviso." in page(item(state=state))


def test_a_topic_has_its_kinds_alone() -> None:
    assert "Scavo in Via Roma" in page(item(), topic="works")
    assert "Scavo in Via Roma" not in page(item(), topic="parking")
    assert 'href="/?lang=it&amp;topic=works" aria-current="page"' in page(item(), topic="works")


def test_italian_on_a_page_in_english_says_so() -> None:
    assert '<h3 lang="it">Scavo in Via Roma</h3>' in page(item(), language="en")
    both = item(headline={"it": "Scavo", "en": "Excavation"})
    assert "<h3>Excavation</h3>" in page(both, language="en")
    assert "<h3>Scavo</h3>" in page(both)


def test_hostile_texts_are_texts() -> None:
    evil = '<script>alert(1)</script>"{{login}}'
    found = page(item(headline={"it": evil}, description={"it": evil}, location={"street_refs": [{"name": evil}]}))
    assert "<script>" not in found
    assert found.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot;{{login}}") == 3
    assert "&lt;B&gt;" in page(item(location={"street_refs": [{"name": "<B>"}]}))


def test_what_matters_to_those_who_drive_is_said() -> None:
    closed = item(
        impact={"control": "road_closure", "detour": {"description": {"it": "Via Ferrucci"}}, "stops": [{"id": "123", "name": "Stazione"}]},
        roadworks={"ordinance": {"number": "2026/12"}},
        location={"street_refs": [{"name": "VIALE DELLA REPUBBLICA", "number_from": "2", "number_to": "14"}]},
    )
    text = re.sub("<[^>]*>", " ", page(closed))
    for said in ("Strada chiusa", "Via Ferrucci", "Stazione", "2026/12", "Viale della Repubblica, 2\N{EN DASH}14", "Publiacqua"):
        assert said in text
    assert "2 corsie chiuse" in page(item(impact={"lanes_closed": 2}))
    assert "40 % della strada è libero" in page(item(impact={"capacity_percent": 40}))


@pytest.mark.parametrize(
    ("timing", "italian", "english"),
    [
        (("2026-12-01", "2026-12-04"), "da martedì 1 dicembre a venerdì 4 dicembre", "from Tuesday 1 December to Friday 4 December"),
        (("2026-12-01", "2026-12-01"), "martedì 1 dicembre", "on Tuesday 1 December"),
        (("2026-12-01T08:00:00+01:00", "2026-12-01T17:30:00+01:00"), "martedì 1 dicembre, 08:00\N{EN DASH}17:30", "on Tuesday 1 December, 08:00\N{EN DASH}17:30"),
        (("2026-12-01", None), "da martedì 1 dicembre", "from Tuesday 1 December"),
        (("2026-12-01T22:30:00Z", "2026-12-02"), "da martedì 1 dicembre, 23:30 a mercoledì 2 dicembre", "from Tuesday 1 December, 23:30 to Wednesday 2 December"),
    ],
)  # fmt: skip
def test_times_are_in_words_and_in_the_time_of_the_city(timing: tuple[str, str | None], italian: str, english: str) -> None:
    said = works(**from_to(*timing))
    assert (when(said, "it", ROME), when(said, "en", ROME)) == (italian, english)


def test_what_was_reported_counts_more_than_what_was_planned() -> None:
    said = msgspec.to_builtins(accident())
    said["timing"]["actual_start"] = "2026-11-02T08:55:00+01:00"
    assert when(content(said), "it", ROME) == "da lunedì 2 novembre, 08:55"


def test_the_page_says_when_it_was_made_and_that_exercises_are_left_out() -> None:
    assert "Aggiornato alle 09:00." in page()
    assert "Exercises and tests are not shown." in page(language="en")
    assert ms_of_iso("2026-11-02T09:00:00+01:00") == NOW_MS


def test_who_asks_too_often_reads_what_to_do() -> None:
    assert "attendi un minuto" in busy_page("it")
