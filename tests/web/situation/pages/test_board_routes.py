"""What people do on the pages: one tap is one action of their organisation."""

import pytest

from tests.web.situation.pages.story import StoryRoom
from tests.web.situation.pages.visitor import Visitor, visitor


def test_an_answer_is_that_of_the_organisation_and_the_person(story: StoryRoom) -> None:
    luca = visitor(story, "luca@comune")
    body = {"answer": "objected", "version": 1, "note": "giorno di mercato"}
    assert luca.post("/api/situations/citelum-pali-roma/acknowledge", body).json == {
        "id": "citelum-pali-roma",
        "version": 1,
        "state": "proposed",
    }
    rows = luca.get("/api/situations/citelum-pali-roma/history").json["items"]
    assert (rows[-1]["organisation"], rows[-1]["person"], rows[-1]["action"]) == ("comune", "luca", "acknowledge")


def test_a_page_is_told_what_a_situation_affects_and_what_its_organisation_owns_near_it(story: StoryRoom) -> None:
    path = "/api/situations/publiacqua-condotta-roma/around"
    sala = visitor(story, "sala@comune")
    assert sala.get(path).json == {"near_own_assets": [], "affected": {"asset_count": 1, "assets": ["qe-7"], "lines": [], "stops": []}}
    piero = visitor(story, "piero@citelum").get(path).json
    assert [one["id"] for one in piero["near_own_assets"]] == ["cavo-3"]
    assert "affected" not in piero, "it sees what the public sees"
    assert sala.get("/api/situations/comune-niente/around").status == 404


def test_the_same_request_again_is_done_once(story: StoryRoom) -> None:
    luca = visitor(story, "luca@comune")
    replies = [luca.post("/api/situations/comune-mercato/confirm", {}, idempotency_key="0123456789abcdef") for _ in range(2)]
    assert [one.json["state"] for one in replies] == ["confirmed", "confirmed"]
    rows = luca.get("/api/situations/comune-mercato/history").json["items"]
    assert [one["action"] for one in rows].count("confirm") == 1


def test_what_the_rules_forbid_is_refused_in_both_languages(story: StoryRoom) -> None:
    anna = visitor(story, "anna@publiacqua")
    refused = anna.post("/api/situations/comune-presepe/end", {})
    assert refused.status == 403
    assert refused.json == {"error": "publiacqua may not end comune-presepe", "error_it": "publiacqua non può terminare comune-presepe"}
    assert anna.post("/api/situations/nowhere/end", {}).status == 404
    wrong = anna.post("/api/situations/comune-presepe/acknowledge", {"answer": "perhaps", "version": 1})
    assert (wrong.status, "perhaps" in wrong.json["error"]) == (422, True)


@pytest.mark.parametrize(("name", "status"), [("rosa@publiacqua", 403), (None, 401)])
def test_readers_and_strangers_change_nothing(story: StoryRoom, name: str | None, status: int) -> None:
    one = Visitor(story) if name is None else visitor(story, name)
    assert one.post("/api/situations/publiacqua-condotta-roma/end", {}).status == status


@pytest.mark.parametrize("headers", [{"x_csrf_token": "0"}, {"origin": "https://elsewhere.example"}])
def test_another_site_s_page_changes_nothing(story: StoryRoom, headers: dict[str, str]) -> None:
    assert visitor(story, "anna@publiacqua").post("/api/situations/publiacqua-condotta-roma/end", {}, **headers).status == 403


def test_another_host_is_not_served(story: StoryRoom) -> None:
    assert story.ask("GET", "/room", host="elsewhere.example").status == 421


def test_who_guesses_passwords_waits(story: StoryRoom) -> None:
    stranger = Visitor(story)
    statuses = [stranger.log_in("anna@publiacqua", "guess").status for _ in range(4)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert stranger.log_in("anna@publiacqua").status == 429
