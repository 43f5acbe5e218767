"""The running gateway as commands reach it."""

import asyncio
import os
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.cli.local import LocalError, LocalGateway, find, require
from gateway.edge.technician import CONTROL_SOCKET
from gateway.host.http.unix_socket import listening_at
from gateway.host.http_server import serving_at
from gateway.web.event_stream import event
from gateway.web.json_api import ApiError, body_as, json_response
from gateway.web.technician.app import local_api
from tests.edge.edges import site_in


async def _double(request: Request) -> Response:
    return json_response(2 * await body_as(request, int))


async def _nothing(_request: Request) -> Response:
    return Response(status_code=204)


async def _events(_request: Request) -> Response:
    return PlainTextResponse((event("one", 1) + event("two", {"a": [2]})).decode())


async def _fail(_request: Request) -> Response:
    raise ApiError(409, "busy", "occupato")


APP = local_api(
    [
        Route("/api/double", _double, methods=["POST"]),
        Route("/api/nothing", _nothing, methods=["POST"]),
        Route("/api/events", _events),
        Route("/api/fail", _fail),
    ]
)


async def test_what_is_posted_comes_back_as_json_of_the_type_wanted(tmp_path: Path) -> None:
    async with serving_at(APP, tmp_path / "a.sock"):
        local = LocalGateway(tmp_path / "a.sock")
        assert await asyncio.to_thread(local.post, "/api/double", 4, int) == 8
        assert await asyncio.to_thread(local.post, "/api/nothing", {}) is None
        assert await asyncio.to_thread(lambda: list(local.events("/api/events"))) == [("one", 1), ("two", {"a": [2]})]


async def test_an_error_is_a_sentence_in_the_language_of_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving_at(APP, tmp_path / "a.sock"):
        local = LocalGateway(tmp_path / "a.sock")
        for language, sentence in (("C.UTF-8", "busy"), ("it_IT.UTF-8", "occupato")):
            monkeypatch.setenv("LC_ALL", language)
            with pytest.raises(LocalError, match=sentence) as error:
                await asyncio.to_thread(local.get, "/api/fail")
            assert error.value.status == 409
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        with pytest.raises(LocalError, match="body is wrong"):
            await asyncio.to_thread(local.post, "/api/double", "four")


def test_a_gateway_that_does_not_run_is_not_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = site_in(tmp_path)
    assert find(site) is None
    with listening_at(tmp_path / CONTROL_SOCKET):
        assert find(site) is not None
    with pytest.raises(SystemExit) as ended:
        require(site, tmp_path / "site.yaml")
    assert ended.value.code == 1
    assert "the gateway does not run: start it with 'gateway run" in capsys.readouterr().err


def test_a_user_who_may_not_reach_the_gateway_is_told_whose_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_in(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr("gateway.cli.local.connect_to", refuse)
    with pytest.raises(SystemExit):
        find(site)
    assert "only the user" in capsys.readouterr().err
