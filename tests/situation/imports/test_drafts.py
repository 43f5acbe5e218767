"""Names and texts of others."""

import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.topics import LEVEL
from gateway.situation.imports.drafts import ImportDraft, cleaned, line_of, reference_of

TIMING = {"planned_start": "2026-12-01"}


def draft(source: str = "fonte-1") -> ImportDraft:
    one = ImportDraft(source)
    one.properties |= {
        "kind": "roadworks",
        "headline": {"it": "Scavo"},
        "timing": TIMING,
        "location": {"street_refs": [{"name": "VIA ROMA"}]},
    }
    return one


@given(st.text(st.characters(), min_size=1, max_size=80), st.text(st.characters(), min_size=1, max_size=80))
def test_every_name_becomes_one_that_topics_accept_and_two_stay_two(one: str, other: str) -> None:
    assert re.fullmatch(LEVEL, reference_of(one)) is not None
    assert (reference_of(one) == reference_of(other)) == (one == other)


def test_a_name_that_is_accepted_stays() -> None:
    assert reference_of("scavo-1") == "scavo-1"
    assert reference_of("300240/2021") == "300240-2021-" + reference_of("300240/2021")[-8:]


@given(st.text(st.characters()))
def test_texts_lose_what_the_situation_room_refuses(text: str) -> None:
    one = draft()
    one.set_texts([text])
    assert one.finish().draft is not None


def test_the_first_line_is_the_headline_and_all_of_it_the_description() -> None:
    one = draft()
    one.set_texts(["Prima riga\nseconda", "Prima riga\nseconda", " "])
    assert (one.properties["headline"], one.properties["description"]) == ({"it": "Prima riga"}, {"it": "Prima riga\nseconda"})
    one.set_texts(["x" * 5000])
    found = one.finish()
    assert [deviation.en for deviation in found.deviations] == ["the text has 5000 characters: the first 4000 are used"]
    assert cleaned(" a\u0007\tb ") == "a b"
    assert line_of("\n") is None


def test_what_the_situation_room_refuses_is_not_imported_for_its_reasons() -> None:
    one = draft()
    one.deviate("odd", "strano")
    one.deviate("odd", "strano")
    one.properties["timing"] = {"planned_start": "2026-02-30"}
    found = one.finish()
    assert found.draft is None
    assert [deviation.en for deviation in found.deviations] == ["odd", "'2026-02-30' of planned_start is no date that exists"]


def test_what_a_document_says_is_fit_for_a_terminal_and_bounded() -> None:
    one = draft("fonte\u009b31m-1")
    for number in range(60):
        one.deviate(f"{number} \u001b[31m" + "x" * 1000, "strano")
    found = one.finish()
    assert found.source == "fonte31m-1"
    assert len(found.deviations) == 51
    assert found.deviations[-1].en == "more deviations are not listed"
    assert all(len(text.en) <= 200 and text.en.isprintable() for text in found.deviations)
