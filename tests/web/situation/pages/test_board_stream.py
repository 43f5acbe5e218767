"""The stream of the board: everything first, then what changes."""

import http.client
import zlib

import pytest

from gateway.web.situation.pages import board_stream
from tests.web.situation.pages.story import StoryRoom
from tests.web.situation.pages.visitor import Visitor, visitor


def test_a_change_comes_with_what_happened(story: StoryRoom) -> None:
    with visitor(story, "sala@comune").events() as events:
        number = events.next("board")["number"]
        story.answer("comune", "publiacqua-allaccio-strozzi", "accepted")
        change = events.next("change")
    assert [(one["feature"]["id"], one["feature"]["properties"]["state"]) for one in change["items"]] == [
        ("publiacqua-allaccio-strozzi", "planned")
    ]
    assert [(one["number"], one["organisation"], one["answer"]) for one in change["news"]] == [(number + 1, "comune", "accepted")]
    assert change["gone"] == []


def test_what_an_organisation_may_see_no_more_is_gone(story: StoryRoom) -> None:
    parking = {
        "kind": "parking",
        "headline": {"it": "Parcheggio"},
        "timing": {"planned_start": "2026-12-01T08:00:00+01:00"},
        "parking": {"status": "full"},
    }
    story.publish("comune", "comune-chiuso", "Via Strozzi", **parking)
    with visitor(story, "piero@citelum").events() as events:
        assert "comune-chiuso" in [one["feature"]["id"] for one in events.next("board")["items"]]
        tag = story.ask("GET", "/public/v1/situations/comune-chiuso").headers["etag"]
        feature = {
            "type": "Feature",
            "geometry": None,
            "properties": parking | {"location": {"description": {"it": "Centro"}}, "audience": {"organisations": ["publiacqua"]}},
        }
        token = story.token("comune")
        assert story.ask("PUT", "/v1/situations/comune-chiuso", feature, authorization=token, if_match=tag).status == 200
        change = events.next("change")
    assert (change["gone"], change["items"], change["news"]) == (["comune-chiuso"], [], [])


def test_a_page_hears_that_the_server_is_there(story: StoryRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_stream, "_ALIVE_S", 0.01)
    with visitor(story, "sala@comune").events() as events:
        assert events.next("alive") == story.now_ms


def test_who_accepts_it_is_sent_the_stream_in_gzip(story: StoryRoom) -> None:
    luca = visitor(story, "luca@comune")
    connection = http.client.HTTPConnection("127.0.0.1", story.port, timeout=60)
    connection.request("GET", "/api/events", headers={"cookie": luca.cookie, "accept-encoding": "gzip, br"})
    response = connection.getresponse()
    assert response.headers["content-encoding"] == "gzip"
    unpacker, plain = zlib.decompressobj(31), b""
    while b"event: alive" not in plain:
        plain += unpacker.decompress(response.read1())
    assert plain.startswith(b'event: board\ndata: {"now_ms"')
    response.close()
    connection.close()


def test_only_so_many_pages_are_served(story: StoryRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_stream, "VIEWERS_MOST", 0)
    assert visitor(story, "sala@comune").get("/api/events").status == 503


def test_nobody_follows_without_a_session(story: StoryRoom) -> None:
    assert Visitor(story).get("/api/events").status == 401
