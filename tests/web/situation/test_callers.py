"""Who makes a request, and how often."""

import logging
from pathlib import Path

import pytest

from tests.situation.examples import NOW_MS, accident
from tests.web.situation.served import ServedRoom, served


def test_a_reader_s_token_only_reads(room: ServedRoom) -> None:
    room.tokens["reader"] = room.tokens_file.issue("citelum", "screen", "reader", NOW_MS)
    assert room.ask("reader", "GET", "/v1/situations").status == 200
    answer = room.publish("reader", accident())
    assert (answer.status, answer.json["detail"]) == (
        403,
        "the token 'screen' may only read: only that of an 'editor' may publish, change and answer",
    )


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", "Basic x", "bearer  ", "x" * 5000, "Bearer \u00e9"])
def test_what_is_no_valid_token_is_answered_with_401(room: ServedRoom, given: str) -> None:
    answer = room.ask(None, "GET", "/v1/situations", headers={"authorization": given})
    assert answer.status == 401


def test_two_tokens_are_none(room: ServedRoom) -> None:
    connection = room.connection()
    connection.putrequest("GET", "/v1/situations")
    for name in ("citelum", "cap"):
        connection.putheader("authorization", f"Bearer {room.tokens[name]}")
    connection.endheaders()
    assert connection.getresponse().status == 401
    connection.close()


def test_the_token_of_an_organisation_that_takes_no_part_any_more_counts_no_more(room: ServedRoom) -> None:
    room.tokens["gone"] = room.tokens_file.issue("gone", "office", "editor", NOW_MS)
    assert room.ask("gone", "GET", "/v1/situations").status == 401


def test_an_organisation_that_asks_too_often_waits_and_the_others_do_not(tmp_path: Path) -> None:
    with served(tmp_path, requests_per_minute=2) as room:
        answers = [room.ask("citelum", "GET", "/v1/situations") for _ in range(3)]
        assert [one.status for one in answers] == [200, 200, 429]
        assert {name: value for name, value in answers[2].headers.items() if "rate" in name or name == "retry-after"} == {
            "x-ratelimit-limit": "2", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60", "retry-after": "30",
        }  # fmt: skip
        assert room.ask("cap", "GET", "/v1/situations").status == 200
        assert room.ask(None, "GET", "/public/v1/situations").status == 200


def test_an_address_that_asks_too_often_without_a_token_waits_and_programs_with_tokens_do_not(tmp_path: Path) -> None:
    with served(tmp_path, public_requests_per_minute=2) as room:
        assert [room.ask(None, "GET", path).status for path in ("/nothing", "/v1/situations", "/status", "/nothing")] == [
            404,
            401,
            429,
            429,
        ]
        assert room.ask("cap", "GET", "/v1/situations").status == 200


def test_a_file_of_tokens_that_others_can_read_stops_everything(tmp_path: Path) -> None:
    with served(tmp_path) as room:
        (tmp_path / "tokens.json").chmod(0o644)
        answer = room.ask("citelum", "GET", "/v1/situations")
        assert (answer.status, answer.headers["retry-after"]) == (503, "60")
        with_file = tmp_path / "tokens.json"
        with_file.chmod(0o600)
        with room.events("citelum") as stream:
            stream.until_current()
            with_file.chmod(0o644)
            assert stream.next() is None


def test_every_request_is_in_the_log_with_who_made_it(room: ServedRoom, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "gateway.web.situation.callers"):
        answer = room.ask("citelum", "GET", "/v1/situations/unknown-1")
    assert f"{answer.json['instance']} GET /v1/situations/unknown-1: 404, for citelum/test at 127.0.0.1" in caplog.messages
    assert not any(room.tokens["citelum"] in one for one in caplog.messages)
