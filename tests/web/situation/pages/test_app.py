"""Pages and API on one server."""

from pathlib import Path

from tests.web.situation.pages.story import PASSWORD, StoryRoom, story_room
from tests.web.situation.pages.visitor import Visitor


def test_programs_and_browsers_share_a_server(story: StoryRoom) -> None:
    assert story.ask("GET", "/status").json["status"] == 200
    assert story.ask("GET", "/v1/situations").headers["content-type"] == "application/problem+json"
    assert story.ask("GET", "/openapi.json").json["openapi"] == "3.1.0"
    room = story.ask("GET", "/room")
    assert (room.status, room.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_files_of_both_pages_are_served_for_good(story: StoryRoom) -> None:
    for page, place in (("/room", "/static/main-"), ("/", "/static/public/main-")):
        text = story.ask("GET", page).body.decode()
        script = next(one for one in text.split('"') if one.startswith(place) and one.endswith(".js"))
        reply = story.ask("GET", script)
        assert (reply.status, reply.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")


def test_behind_a_proxy_the_session_is_for_https_alone_and_for_the_page_of_the_proxy(tmp_path: Path) -> None:
    with story_room(tmp_path, url="https://room.example") as room:
        anna = Visitor(room)
        assert anna.log_in("anna@publiacqua").status == 403
        reply = room.ask("POST", "/api/login", {"name": "anna@publiacqua", "password": PASSWORD}, origin="https://room.example")
        assert (reply.status, reply.headers["set-cookie"].partition("=")[0]) == (200, "__Host-session")
        assert "; Secure" in reply.headers["set-cookie"]


def test_what_is_nowhere_is_not_found(story: StoryRoom) -> None:
    assert story.ask("GET", "/nowhere").status == 404
    assert story.ask("POST", "/", {}, origin=story.address).status == 405
