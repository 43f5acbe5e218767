"""Every cell of organisations, events and operations: each sees exactly what it may, and the rest is as if it did not exist."""

import itertools
from typing import Any

import pytest

from gateway.situation.event.content import SituationContent
from tests.situation.examples import accident, works
from tests.web.situation.served import ServedRoom, document_of

ORGANISATIONS = ("comune", "publiacqua", "citelum", "cap", None)
"""None is everybody, without a token."""

INTERNAL = {"text": "chiave dal custode", "contact": "055 123"}
SECRET = b"chiave dal custode"
EVENTS: dict[str, tuple[str, SituationContent, dict[str | None, str]]] = {
    # The owner, the content, and who sees all of it (all), what is public (public), or nothing.
    "works": ("publiacqua", works(internal=INTERNAL), {"publiacqua": "all", "citelum": "all", "comune": "all"}),
    "public-works": (
        "publiacqua",
        works(internal=INTERNAL, audience={"public": True, "organisations": ["citelum"]}),
        {"publiacqua": "all", "citelum": "all", "comune": "all", "cap": "public", None: "public"},
    ),
    "private": ("citelum", accident(internal=INTERNAL, audience={}), {"citelum": "all"}),
    "shared": ("comune", accident(internal=INTERNAL, audience={"organisations": ["cap"]}), {"comune": "all", "cap": "all"}),
    "public": (
        "citelum",
        accident(internal=INTERNAL),
        {"citelum": "all", "comune": "public", "publiacqua": "public", "cap": "public", None: "public"},
    ),
    "exercise": ("citelum", accident(internal=INTERNAL, audience={}, information_status="technicalExercise"), {"citelum": "all"}),
}
ACTIONS: dict[str, tuple[dict[str, Any], set[str]]] = {
    # The body, and who may do that of those who see it: its owner, others, or the authorities that answer.
    "take-back": ({}, {"owner"}),  # of what nobody has changed
    "confirm": ({}, {"owner"}),
    "begin": ({}, {"owner"}),
    "end": ({}, {"owner"}),
    "cancel": ({"reason": "errore"}, {"owner", "asked"}),
    "acknowledge": ({"answer": "seen", "version": 1}, {"other", "asked"}),
    "comment": ({"text": "testo"}, {"owner", "other", "asked"}),
}


@pytest.fixture(scope="module")
def events(room: ServedRoom) -> ServedRoom:
    """Every event once for each organisation that tries something with it."""
    for (name, (owner, said, _)), organisation in itertools.product(EVENTS.items(), ORGANISATIONS):
        answer = room.publish(owner, said, named(name, organisation))
        assert answer.status == 201, answer
    return room


def named(event: str, organisation: str | None) -> str:
    return f"{EVENTS[event][0]}-{event}-for-{organisation or 'everybody'}"


def path_of(event: str, organisation: str | None) -> str:
    return f"{'/public' if organisation is None else ''}/v1/situations/{named(event, organisation)}"


CELLS = [(event, organisation) for event in EVENTS for organisation in ORGANISATIONS]


@pytest.mark.parametrize(("event", "organisation"), CELLS)
def test_each_reads_what_it_may(events: ServedRoom, event: str, organisation: str | None) -> None:
    sees = EVENTS[event][2].get(organisation)
    answer = events.ask(organisation, "GET", path_of(event, organisation))
    assert answer.status == (404 if sees is None else 200)
    assert (SECRET in answer.body) == (sees == "all")
    if sees is None:
        assert_as_unknown(events, organisation, "GET", path_of(event, organisation))


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_each_lists_what_it_may_with_exercises_and_without(events: ServedRoom, organisation: str | None) -> None:
    root = "/public/v1/situations" if organisation is None else "/v1/situations"
    for exercises in ("exclude", "include", "only"):
        found: dict[str, Any] = {}
        address = f"{root}?limit=7&exercises={exercises}"
        while address:
            page = events.ask(organisation, "GET", address).json
            assert len(page["items"]) <= 7
            found |= {one["id"]: one for one in page["items"]}
            address = page.get("next", "").removeprefix(f"https://127.0.0.1:{events.port}")
        expected = {
            named(event, other)
            for event, (_, said, sees) in EVENTS.items()
            for other in ORGANISATIONS
            if organisation in sees and exercises in ("include", "only" if said.exercise else "exclude")
        }
        assert set(found) == expected
        for event, (_, _, sees) in EVENTS.items():
            if (one := found.get(named(event, organisation))) is not None:
                assert ("internal" in one["properties"]) == (sees[organisation] == "all")


@pytest.mark.parametrize(("event", "organisation"), [cell for cell in CELLS if cell[1] is not None])
def test_each_follows_what_it_may(events: ServedRoom, event: str, organisation: str) -> None:
    sees = EVENTS[event][2].get(organisation)
    with events.events(organisation, "/v1/events?exercises=include") as stream:
        begin = {one.data["id"]: one.data for one in stream.until_current()[:-1]}
    name = named(event, organisation)
    assert (name in begin) == (sees is not None)
    if sees is not None:
        assert ("internal" in begin[name]["properties"]) == (sees == "all")
    with events.events(organisation, "/v1/events?exercises=include", last=0) as stream:
        after: dict[str, Any] = {}
        while len(after) < len(begin):
            one = stream.next()
            assert one is not None
            after[one.data["id"]] = one.data
    assert after == begin


@pytest.mark.parametrize(("event", "organisation"), [cell for cell in CELLS if cell[1] is not None])
def test_each_asks_for_what_belongs_to_what_it_may(events: ServedRoom, event: str, organisation: str) -> None:
    sees, path = EVENTS[event][2].get(organisation), path_of(event, organisation)
    affected = events.ask(organisation, "GET", f"{path}/affected")
    assert affected.status == {"all": 200, "public": 403, None: 404}[sees]
    near = events.ask(organisation, "GET", f"{path}/near")
    assert near.status == (404 if sees is None else 200)
    assert (b"linea-" in near.body) == (organisation == "citelum" and sees is not None)
    history, conflicts = (events.ask(organisation, "GET", f"{path}/{what}") for what in ("history", "conflicts"))
    assert history.status == {"all": 200, "public": 403, None: 404}[sees]
    assert conflicts.status == (404 if sees is None else 200)
    if sees is None:
        for what in ("history", "conflicts", "affected", "near"):
            assert_as_unknown(events, organisation, "GET", f"{path}/{what}")
    else:
        for one in [*conflicts.json["items"], *conflicts.json["together"]]:
            assert events.ask(organisation, "GET", f"/v1/situations/{one['id']}").status == 200
    if sees == "all":
        own = EVENTS[event][0] == organisation
        assert [one.get("person") for one in history.json["items"] if one["action"] == "publish"] == (["test"] if own else [None])


@pytest.mark.parametrize(("event", "organisation"), [cell for cell in CELLS if cell[1] is not None])
def test_each_does_what_it_may(events: ServedRoom, event: str, organisation: str) -> None:
    owner, said, sees = EVENTS[event]
    path = path_of(event, organisation)
    is_asked = organisation == "comune" and said.kind == "roadworks"
    role = "owner" if owner == organisation else "asked" if is_asked else "other"
    for action, (body, who) in ACTIONS.items():
        answer = events.ask(organisation, "POST", f"{path}/{action}", body)
        if organisation not in sees:
            assert_as_unknown(events, organisation, "POST", f"{path}/{action}", body)
        elif role in who:
            assert answer.status in (200, 409), f"{action}: {answer}"
        else:
            assert answer.status == 403, f"{action}: {answer}"
    document = document_of(said)
    answer = events.ask(organisation, "PUT", path, document, {"if-match": "*"})
    if organisation not in sees:
        assert_as_unknown(events, organisation, "PUT", path, document, {"if-match": "*"})
    else:
        assert answer.status in ((200, 409) if role == "owner" else (403,)), answer


def test_without_a_token_nothing_but_what_is_public_is_answered(events: ServedRoom) -> None:
    for method, path in [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/public-for-cap"),
        ("PUT", "/public-for-cap"),
        ("GET", "/public-for-cap/history"),
    ]:
        answer = events.ask(None, method, f"/v1/situations{path}")
        assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="situations"')
    for action in ACTIONS:
        assert events.ask(None, "POST", f"/v1/situations/public-for-cap/{action}", {}).status == 401
    assert events.ask(None, "GET", "/v1/events").status == 401


def assert_as_unknown(room: ServedRoom, organisation: str | None, method: str, path: str, *more: Any) -> None:
    """Check that an answer is the same as about a situation that does not exist."""
    name = path.split("/situations/")[1].split("/", maxsplit=1)[0]
    absent = "x" * len(name)
    hidden, unknown = (room.ask(organisation, method, one, *more) for one in (path, path.replace(name, absent)))
    assert hidden.status == 404
    assert hidden.about == (404, "application/problem+json", {**unknown.about[2], "detail": unknown.json["detail"].replace(absent, name)})
    assert {**hidden.headers, "x-ratelimit-remaining": ""} == {**unknown.headers, "x-ratelimit-remaining": ""}
