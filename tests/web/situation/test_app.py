"""The application: unknown paths, methods, errors of ours, what is public, the OpenAPI document."""

from pathlib import Path

import msgspec
import pytest

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.web.situation.openapi.document import openapi
from tests.situation.examples import accident
from tests.web.situation.served import ServedRoom, served


def test_what_does_not_exist_is_a_problem_in_the_language_of_the_client(room: ServedRoom) -> None:
    answer = room.ask("cap", "GET", "/v2/situations", headers={"accept-language": "it"})
    assert answer.about == (404, "application/problem+json", {"title": "Non trovato", "status": 404, "detail": "/v2/situations non esiste"})
    answer = room.ask("cap", "DELETE", "/v1/situations/x")
    assert (answer.status, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD", "PUT"})
    assert answer.json["detail"] == "/v1/situations/x has no DELETE"


def test_the_document_is_served_with_the_address_of_the_server(room: ServedRoom) -> None:
    assert room.ask(None, "GET", "/openapi.json").body == msgspec.json.encode(openapi(f"https://127.0.0.1:{room.port}"))


def test_links_are_those_of_the_proxy_that_the_site_file_names(tmp_path: Path) -> None:
    with served(tmp_path, url="https://situations.example:8443/") as room:
        for name in ("citelum-incidente-1", "citelum-incidente-2"):
            answer = room.publish("citelum", accident(), name)
            assert answer.headers["location"] == f"https://situations.example:8443/v1/situations/{name}"
        page = room.ask("cap", "GET", "/v1/situations?limit=1").json
        assert page["next"] == "https://situations.example:8443/v1/situations?limit=1&cursor=citelum-incidente-1"
        assert room.ask(None, "GET", "/openapi.json").json["servers"][0]["url"] == "https://situations.example:8443"


def test_what_is_public_is_served_only_if_the_site_file_says_so(tmp_path: Path) -> None:
    with served(tmp_path, public=False) as room:
        room.publish("citelum", accident(), "citelum-incidente-1")
        for path in ("/public/v1/situations", "/public/v1/situations/citelum-incidente-1"):
            assert room.ask(None, "GET", path).status == 404
        document = room.ask(None, "GET", "/openapi.json").json
        assert not any(path.startswith("/public") for path in document["paths"])


def test_a_store_that_can_t_be_used_is_503_and_the_status_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(tmp_path) as room:

        def unavailable(*_: object) -> None:
            raise SituationsUnavailable("disk I/O error")

        for name in ("newest", "present", "since", "get", "of_request"):
            monkeypatch.setattr(SqliteSituations, name, unavailable)
        for path in ("/status", "/v1/situations", "/v1/situations/x"):
            answer = room.ask("cap", "GET", path)
            assert (answer.status, answer.headers["retry-after"], answer.headers["content-type"]) == (503, "5", "application/problem+json")
            assert "disk" not in answer.json["detail"]
        assert room.publish("citelum", accident()).status == 503
        monkeypatch.undo()
        assert room.ask("cap", "GET", "/status").status == 200


def test_an_error_of_ours_is_a_problem_too_and_the_server_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(tmp_path) as room:
        monkeypatch.setattr(SqliteSituations, "get", lambda *_: 1 / 0)
        answer = room.ask("cap", "GET", "/v1/situations/x")
        assert (answer.status, answer.json["detail"]) == (500, "internal error; the server's log has the details")
        monkeypatch.undo()
        assert room.ask("cap", "GET", "/v1/situations/x").status == 404
