"""Exports: what is left out and why, what a recipient may see, and what holds for every format."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.situation.audience import PUBLIC
from gateway.situation.formats.exporting import (
    FORMATS,
    KEPT_AFTER_END_MS,
    exported,
    exported_situation,
    lost_fields,
    still_of_interest,
)
from gateway.situation.formats.port import ExportedSituation, ExportRequest
from gateway.situation.lifecycle.actions import Acknowledge, AddComment, Cancel
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.times.instants import end_ms
from tests.situation.examples import CITELUM, COMUNE, PUBLIACQUA, ROME, TOWN, done, published, works
from tests.situation.formats.document_fields import document_fields, feature_of_document, full, with_value
from tests.situation.formats.ends import END_OF
from tests.situation.formats.exports import MADE_MS, export_of, request_of, seen
from tests.situation.formats.probing import fates
from tests.situation.formats.schemas import CHECKS

WARNING = {"category": ["Infra"], "event": "Lavori", "urgency": "Expected", "certainty": "Likely"}


def history_of(*situations: Situation) -> list[tuple[int, Situation]]:
    return list(enumerate(situations, 1))


def test_a_recipient_exports_what_he_may_see_with_its_earlier_versions() -> None:
    first = published(works(audience={"public": True}, internal={"text": "chiave dal custode"}))
    last = done(first, (COMUNE, Acknowledge("accepted", 1)))
    public = exported_situation(history_of(first, last), PUBLIC, TOWN)
    assert public is not None
    assert (public.said.version, [one.properties.version for one in public.earlier], public.number) == (2, [1], 2)
    assert {one.properties.internal for one in (public.seen, *public.earlier)} == {None}
    whole = exported_situation(history_of(first, last), "comune", TOWN)
    assert whole is not None
    assert whole.said.internal is not None
    assert public.created == first_time(first)


def first_time(situation: Situation) -> str:
    exported_first = exported_situation(history_of(situation), "comune", TOWN)
    assert exported_first is not None
    return exported_first.said.updated


def test_what_a_recipient_may_not_see_is_not_exported_nor_are_versions_that_he_did_not_see() -> None:
    private, public = published(works()), published(works(audience={"public": True}))
    assert exported_situation(history_of(private), PUBLIC, TOWN) is None
    opened = msgspec.structs.replace(public, version=2)
    seen_now = exported_situation(history_of(private, opened), PUBLIC, TOWN)
    assert seen_now is not None
    assert seen_now.earlier == ()


def test_what_is_over_stays_for_a_week() -> None:
    cancelled = done(published(works(audience={"public": True})), (PUBLIACQUA, Cancel("rinviato")))
    one = exported_situation(history_of(cancelled), PUBLIC, TOWN)
    assert one is not None
    assert still_of_interest(one, cancelled.since_ms + KEPT_AFTER_END_MS - 1)
    assert not still_of_interest(one, cancelled.since_ms + KEPT_AFTER_END_MS)
    assert still_of_interest(ExportedSituation(seen()), cancelled.since_ms + KEPT_AFTER_END_MS)


def test_what_is_left_out_is_named_with_the_reason() -> None:
    reasons = [
        export_of(FORMATS["wzdx"], one).left_out[0].reason.en
        for one in (seen(kind="parking"), seen(state="proposed"), seen(information_status="test"), seen(geometry=None))
    ]
    assert reasons == [
        "WZDx 4.2 has no events of the kind 'parking'",
        "what is proposed has no place in WZDx 4.2",
        "WZDx 4.2 can't mark an exercise",
        "its place is not a line or points",
    ]


def test_fields_that_are_said_and_lost_are_counted() -> None:
    found = lost_fields(FORMATS["cifs"], request_of(seen(), seen(roadworks={"contractor": "Scavi srl"})).situations)
    assert found["roadworks.contractor"] == 1
    assert lost_fields(FORMATS["geojson"], request_of(seen()).situations) == {}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_format_loses_exactly_what_it_says(name: str) -> None:
    """A round trip, without a reader: documents that differ in a field must have different exports, unless the format names it."""
    exchange_format = FORMATS[name]
    whole = {one.field for one in exchange_format.losses if not one.partly}
    partly = {one.field for one in exchange_format.losses if one.partly}
    said = {
        field.name: "lost" if under(field.name, whole) else "partly" if under(field.name, partly) else "kept" for field in document_fields()
    }
    allowed = {"kept": {"kept", "partly"}, "partly": {"partly"}, "around": {"partly", "lost"}, "lost": {"lost"}}
    wrong = {field: (fate, said[field]) for field, fate in fates(exchange_format).items() if said[field] not in allowed[fate]}
    assert wrong == {}


def under(name: str, fields: set[str]) -> bool:
    return any(name == field or name.startswith(f"{field}.") for field in fields)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_losses_name_fields_that_exist_and_once(name: str) -> None:
    fields = [one.field for one in FORMATS[name].losses]
    assert sorted(set(fields)) == sorted(fields)
    assert [one for one in fields if not any(under(field.name, {one}) for field in document_fields())] == []


def changes_of_the_clock() -> st.SearchStrategy[date]:
    """Days around those on which the clock changes, of several years, and any others."""
    around = st.builds(lambda day, days: day + timedelta(days=days), st.sampled_from(CHANGES), st.integers(-3, 3))
    return around | st.dates(date(2026, 11, 21), date(2035, 12, 31))


CHANGES = [date(2027, 3, 28), date(2027, 10, 31), date(2028, 3, 26), date(2028, 10, 29), date(2029, 3, 25)]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=changes_of_the_clock(), days=st.integers(0, 40))
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_last_day_of_works_is_in_every_export(name: str, first: date, days: int) -> None:
    last = first + timedelta(days=days)
    one = seen(timing={"planned_start": first.isoformat(), "planned_end": last.isoformat()}, state="planned")
    found = export_of(FORMATS[name], one)
    assert found.left_out == []
    ends = set().union(*(END_OF[name](file.content, ROME) for file in found.files))
    assert ends == {end_ms(last.isoformat(), ROME)}


SECRET = "geheim"
SECRETS: dict[str, Any] = {
    "internal": {"text": SECRET, "contact": SECRET},
    "attachments": [{"href": f"https://example.org/{SECRET}", "title": SECRET}, {"href": "https://example.org/avviso", "title": "Avviso", "public": True}],
    "audience": {"public": True, "organisations": ["citelum"]},
    "cap": WARNING,
    "impact": {"lines": ["IT:ITI1:Line:at:4"]},
}  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(
    public=st.booleans(), recipient=st.sampled_from([PUBLIC, "cap", "nobody"]), name=st.sampled_from(sorted(FORMATS)), several=st.booleans()
)
def test_what_a_recipient_may_not_see_is_in_no_export(*, public: bool, recipient: str | None, name: str, several: bool) -> None:
    audience = SECRETS["audience"] | {"public": public}
    first = published(works(**SECRETS | {"audience": audience}), COMUNE)
    last = done(first, (CITELUM, AddComment(SECRET)), (CITELUM, Acknowledge("objected", 1, SECRET))) if several else first
    one = exported_situation(history_of(first, last), recipient, TOWN)
    assert (one is not None) == public
    request = ExportRequest([] if one is None else [one], "prato", {}, ROME, MADE_MS)
    found = exported(FORMATS[name], request)
    content = b"".join(file.content for file in found.files)
    assert SECRET.encode() not in content
    assert b"citelum" not in content
    assert (b"Scavo in Via Roma" in content) == (public and found.left_out == [])


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize(
    "kind", ["roadworks", "closure", "accident", "traffic", "lighting", "damage", "outage", "publicevent", "unheard_of"]
)
def test_members_of_later_versions_are_written_as_what_a_format_knows(name: str, kind: str) -> None:
    document = full(kind=kind)
    enumerations = [field for field in document_fields() if "other" in field.values and field.name != "kind"]
    assert len(enumerations) > 20
    for field in enumerations:
        with_value(document, field.path, ["unheardOf"] if isinstance(field.values[0], list) else "unheardOf")
    found = export_of(FORMATS[name], feature_of_document(document))
    for file in found.files:
        CHECKS[name](file.content)
    if kind == "roadworks":
        assert found.left_out == []


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_an_exercise_is_marked_or_left_out(name: str) -> None:
    for status in ("test", "securityExercise", "technicalExercise"):
        real, drill = seen(), seen(information_status=status)
        found = export_of(FORMATS[name], drill)
        if FORMATS[name].exercises is None:
            assert [one.situation for one in found.left_out] == ["scavo-1"]
        else:
            assert found.left_out == []
            assert [one.content for one in found.files] != [one.content for one in export_of(FORMATS[name], real).files]


def lines_of_text() -> st.SearchStrategy[str]:
    """Lines that the Situation Room accepts: any characters but controls, and what turns the direction of text."""
    allowed = st.characters(
        exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    return st.text(allowed | st.sampled_from("\\;,:\"'<>&()=\ufffe\uffff\u00a0🚧"), min_size=1, max_size=80)


_SQUARE = [[11.0, 43.0], [11.1, 43.0], [11.1, 43.1], [11.0, 43.0]]
PLACES = [
    {"type": "Point", "coordinates": [-11.0, -43.0]},
    {"type": "MultiPoint", "coordinates": [[11.0, 43.0], [180.0, 90.0]]},
    {"type": "LineString", "coordinates": [[0.0, 0.0], [1e-7, -1e-7], [-180.0, -90.0]]},
    {"type": "MultiLineString", "coordinates": [[[11.0, 43.0], [11.1, 43.1]], [[11.2, 43.2], [11.3, 43.3]]]},
    {"type": "Polygon", "coordinates": [_SQUARE, _SQUARE]},
    {"type": "MultiPolygon", "coordinates": [[_SQUARE], [_SQUARE]]},
    None,
]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    text=lines_of_text(),
    place=st.sampled_from(PLACES),
    state=st.sampled_from(["planned", "confirmed", "active", "ended", "cancelled"]),
    kind=st.sampled_from(["roadworks", "closure", "accident", "damage"]),
    overrunning=st.booleans(),
)
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_whatever_is_said_the_export_is_valid(*, name: str, text: str, place: object, state: str, kind: str, overrunning: bool) -> None:
    said: dict[str, Any] = {"kind": kind, "state": state, "overrunning": overrunning and state == "active"}
    said |= {"headline": {"it": text, "en": text}, "description": {"it": text * 40, "en": text}, "severity": "high"}
    said |= {"location": {"street_refs": [{"name": text}], "description": {"it": text}}, "internal": {"text": text}}
    for file in export_of(FORMATS[name], seen(geometry=place, **said)).files:
        CHECKS[name](file.content)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_an_export_of_nothing_is_valid(name: str) -> None:
    for file in export_of(FORMATS[name]).files:
        CHECKS[name](file.content)
