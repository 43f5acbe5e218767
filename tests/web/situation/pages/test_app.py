"""Pages and API on one server."""

from tests.web.situation.pages.story import StoryRoom


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


def test_what_is_nowhere_is_not_found(story: StoryRoom) -> None:
    assert story.ask("GET", "/nowhere").status == 404
    assert story.ask("POST", "/", {}, origin=story.address).status == 405
