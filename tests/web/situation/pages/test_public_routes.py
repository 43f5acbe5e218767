"""The page for citizens over HTTP."""

from pathlib import Path

import msgspec
import pytest

from gateway.web.situation.pages import public_routes
from tests.web.situation.pages.story import StoryRoom, story_room, tell_last_hour


def test_the_page_needs_no_login_and_no_script(story: StoryRoom) -> None:
    reply = story.ask("GET", "/", accept_language="en")
    assert (reply.status, reply.headers["content-type"], reply.headers["content-language"]) == (200, "text/html; charset=utf-8", "en")
    text = reply.body.decode()
    assert "New water main in Via Roma" in text
    assert "default-src 'self'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "accepted", "language"), [("/", "", "it"), ("/", "de", "en"), ("/", "it-IT", "it"), ("/?lang=en", "it", "en"), ("/?lang=xx", "it", "it")]
)  # fmt: skip
def test_the_language_is_that_of_the_link_or_of_the_browser(story: StoryRoom, path: str, accepted: str, language: str) -> None:
    headers = {"accept_language": accepted} if accepted else {}
    reply = story.ask("GET", path, **headers)
    assert reply.headers["content-language"] == language
    assert f'<html lang="{language}">' in reply.body.decode()


def test_nothing_that_is_not_public_is_on_the_page(story: StoryRoom) -> None:
    text = story.ask("GET", "/").body.decode()
    assert "0574" not in text
    assert "Nuovi pali della luce" not in text  # it is proposed
    assert "capolinea" not in text


def test_exercises_are_not_on_the_page(story: StoryRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    tell_last_hour(story)
    monkeypatch.setattr(public_routes, "_FRESH_S", 0.0)
    text = story.ask("GET", "/?topic=traffic&lang=it").body.decode()
    assert "Coda in Viale della Repubblica" in text
    assert "Sottopasso allagato" not in story.ask("GET", "/?lang=it&topic=closures").body.decode()


def test_caches_may_keep_the_page_and_ask_whether_it_has_changed(story: StoryRoom) -> None:
    reply = story.ask("GET", "/?topic=parking")
    assert (reply.headers["cache-control"], reply.headers["vary"]) == ("public, max-age=30", "Accept-Language, Accept-Encoding")
    again = story.ask("GET", "/?topic=parking", if_none_match=reply.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_the_room_is_asked_once_for_many_readers(story: StoryRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_routes, "_FRESH_S", 1000.0)
    asked = list[str]()
    made = public_routes.PublicPages._make

    def counted(self: public_routes.PublicPages, *rest: object) -> object:
        asked.append("made")
        return made(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(public_routes.PublicPages, "_make", counted)
    assert len({story.ask("GET", "/?topic=services").body for _ in range(5)}) == 1
    assert len(asked) <= 1


def test_the_map_draws_the_numbers_of_the_page(story: StoryRoom) -> None:
    marks = msgspec.json.decode(story.ask("GET", "/map.json?topic=parking").body)
    assert [(one["number"], one["id"], one["geometry"]["type"]) for one in marks] == [(1, "comune-parcheggio-seminario", "LineString")]
    assert story.ask("GET", "/streets.json").json == {"type": "FeatureCollection", "features": []}


def test_a_site_without_a_public_page_leads_to_the_room(tmp_path: Path) -> None:
    with story_room(tmp_path, public=False) as room:
        reply = room.ask("GET", "/")
        assert (reply.status, reply.headers["location"]) == (303, "/room")
        assert room.ask("GET", "/map.json").status == 404


def test_who_asks_too_often_waits(tmp_path: Path) -> None:
    with story_room(tmp_path, requests=3) as room:
        assert [room.ask("GET", "/").status for _ in range(4)] == [200, 200, 200, 429]
        assert room.ask("GET", "/").headers["retry-after"] == "20"
