"""Server-sent events over TLS: the beginning, what changes, what a client missed, tombstones, and the end of a token."""

import socket
from collections.abc import Iterator

import pytest

from gateway.centre.situation.service import SituationService
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.situation.lifecycle.actions import AddComment
from gateway.web.situation import streams
from tests.situation.examples import COMUNE, NOW_MS, accident, works
from tests.system.servers import wait_until
from tests.web.situation.served import ROOM_RULES, SentEvent, ServedRoom, document_of, served


@pytest.fixture
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedRoom]:
    with served(tmp_path_factory.mktemp("room")) as found:
        yield found


def comment(room: ServedRoom, text: str, name: str = "publiacqua-scavo-1") -> None:
    assert room.ask("comune", "POST", f"/v1/situations/{name}/comment", {"text": text}).status == 200


def seen(event: SentEvent | None) -> list[str]:
    """Return the comments that an event shows."""
    assert event is not None
    return [one["text"] for one in event.data["properties"].get("comments", ())]


def test_a_stream_begins_with_what_there_is_and_goes_on_with_what_changes(room: ServedRoom) -> None:
    room.publish("publiacqua", works(), "publiacqua-scavo-1")
    with room.events("citelum") as stream:
        begin = stream.until_current()
        assert [(one.kind, one.id) for one in begin] == [("situation", None), ("current", 1)]
        comment(room, "uno")
        first = stream.next()
        assert first is not None
        assert (first.kind, first.id, seen(first)) == ("situation", 2, ["uno"])
        room.publish("comune", accident(audience={}), "comune-segreto-1")
        comment(room, "due")
        second = stream.next()
        assert second is not None
        assert (second.id, seen(second)) == (4, ["uno", "due"])


def test_a_client_that_was_away_is_sent_each_situation_once_as_it_is(room: ServedRoom) -> None:
    for name in ("publiacqua-scavo-1", "publiacqua-scavo-2"):
        room.publish("publiacqua", works(), name)
    for text in ("uno", "due", "tre"):
        comment(room, text)
    with room.events("citelum", last=1) as stream:
        found = [stream.next(), stream.next()]
        assert [(one.id, one.data["id"]) for one in found if one is not None] == [(2, "publiacqua-scavo-2"), (5, "publiacqua-scavo-1")]
        assert seen(found[1]) == ["uno", "due", "tre"]
    with room.events("citelum", last=5) as stream:
        comment(room, "quattro")
        event = stream.next()
        assert event is not None
        assert event.id == 6


def test_who_leaves_the_audience_is_told_to_forget_and_never_sent_an_older_version(room: ServedRoom) -> None:
    room.publish("publiacqua", works(internal={"text": "chiave"}), "publiacqua-scavo-1")
    with room.events("citelum") as stream:
        stream.until_current()
        answer = room.ask("publiacqua", "PUT", "/v1/situations/publiacqua-scavo-1", document_of(works(audience={})), {"if-match": "*"})
        assert answer.status == 200
        event = stream.next()
        assert event == SentEvent("gone", 2, {"id": "publiacqua-scavo-1"})
    room.publish("citelum", accident(), "citelum-dopo")
    with room.events("citelum", last=0) as stream:
        event = stream.next()
        assert event is not None
        assert event.data["id"] == "citelum-dopo", "what it could see once is not sent again"


def test_exercises_are_sent_to_those_who_ask_for_them(room: ServedRoom) -> None:
    exercise = accident(information_status="securityExercise")
    with room.events("cap") as plain, room.events("cap", "/v1/events?exercises=only") as drill:
        plain.until_current()
        drill.until_current()
        room.publish("citelum", exercise, "citelum-prova-1")
        room.publish("citelum", accident(), "citelum-vero-1")
        real, shown = plain.next(), drill.next()
    assert real is not None
    assert shown is not None
    assert (real.data["id"], shown.data["id"]) == ("citelum-vero-1", "citelum-prova-1")
    assert shown.data["properties"]["information_status"] == "securityExercise"


def test_a_real_event_that_becomes_an_exercise_is_gone_for_those_who_do_not_want_exercises(room: ServedRoom) -> None:
    room.publish("citelum", accident(), "citelum-incidente-1")
    with room.events("cap") as stream:
        stream.until_current()
        said = document_of(accident(information_status="test"))
        assert room.ask("citelum", "PUT", "/v1/situations/citelum-incidente-1", said, {"if-match": "*"}).status == 200
        assert stream.next() == SentEvent("gone", 2, {"id": "citelum-incidente-1"})


def test_what_another_process_does_is_sent_too(room: ServedRoom) -> None:
    room.publish("publiacqua", works(), "publiacqua-scavo-1")
    with room.events("citelum") as stream:
        stream.until_current()
        other = SituationService(SqliteSituations(room.folder / "situations.sqlite"), ROOM_RULES)
        other.do("publiacqua-scavo-1", AddComment("dal comando"), COMUNE, NOW_MS)
        other.close()
        assert seen(stream.next()) == ["dal comando"]


def test_a_withdrawn_token_ends_its_streams_within_a_second_and_no_other(room: ServedRoom) -> None:
    with room.events("citelum") as stream, room.events("cap") as other:
        for one in (stream, other):
            one.until_current()
        room.tokens_file.withdraw("citelum", "test")
        assert stream.next() is None
        assert streams._REVIEW_S < 1, "it is looked so often whether the token is valid"
        room.publish("comune", accident(), "comune-incidente-1")
        assert other.next() is not None
    assert room.ask("citelum", "GET", "/v1/events").status == 401


def test_a_token_that_was_withdrawn_ends_also_a_stream_whose_client_takes_nothing(room: ServedRoom) -> None:
    big = "x" * 4000
    for number in range(3):
        room.publish("publiacqua", works(description={"it": big}), f"publiacqua-scavo-{number}")
    with socket.create_connection(("127.0.0.1", room.port), timeout=60) as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with room.tls.wrap_socket(plain, server_hostname="127.0.0.1") as client:
            head = f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {room.headers('citelum')['authorization']}\r\n\r\n"
            client.sendall(head.encode())
            for number in range(60):
                comment(room, f"{number} {big[:3900]}", f"publiacqua-scavo-{number % 3}")
            room.tokens_file.withdraw("citelum", "test")
            wait_until("the end of the stream", lambda: room.run(_open(room)) == 0)


async def _open(room: ServedRoom) -> int:
    return len(room.room._watching) - 1  # one is that of the time that passes


def test_streams_are_bounded(room: ServedRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "STREAMS_MOST", 2)
    monkeypatch.setattr(streams, "STREAMS_MOST_OF_ONE", 1)
    with room.events("citelum") as first:
        first.until_current()
        assert room.ask("citelum", "GET", "/v1/events").status == 429
        with room.events("cap") as second:
            second.until_current()
            answer = room.ask("comune", "GET", "/v1/events")
            assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    wait_until("the end of the streams", lambda: room.run(_open(room)) == 0)
    with room.events("citelum") as again:
        again.until_current()


def test_a_silent_stream_says_that_it_is_alive(room: ServedRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_SILENT_S", 0.05)
    with room.events("citelum") as stream:
        stream.until_current()
        while stream._response.readline() != b": still there\n":
            pass


@pytest.mark.parametrize("given", ["x", "-1", "1" * 17, "\u00b9".encode().decode("latin-1")])
def test_what_is_no_id_of_an_event_is_refused(room: ServedRoom, given: str) -> None:
    answer = room.ask("citelum", "GET", "/v1/events", headers={"last-event-id": given})
    assert (answer.status, answer.json["detail"]) == (400, "Last-Event-ID must be the id of an event")


def test_an_id_that_this_store_has_not_reached_begins_anew(room: ServedRoom) -> None:
    room.publish("publiacqua", works(), "publiacqua-scavo-1")
    with room.events("citelum", last=99) as stream:
        assert [one.kind for one in stream.until_current()] == ["situation", "current"]


def test_a_request_for_the_head_alone_opens_no_stream(room: ServedRoom) -> None:
    answer = room.ask("citelum", "HEAD", "/v1/events")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert room.run(_open(room)) == 0
