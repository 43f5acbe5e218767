"""The door of the API: TLS as the site file says, and an end when the room's role is told to stop."""

import asyncio
import http.client
from pathlib import Path

import pytest

from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host.files import SecretError
from gateway.model.site.connection import PageTlsSettings
from gateway.model.site.situation.api import SituationApiSettings
from gateway.model.site.situation.organisations import OrganisationSettings, SigningKeySettings
from gateway.web.situation import door as module
from gateway.web.situation.door import ApiDoor
from gateway.web.situation.tokens import TokensFile
from tests.situation.examples import NOW_MS
from tests.web.situation.served import ROOM_RULES, ServedRoom, served


def opened(folder: Path) -> SituationRoom:
    def store() -> SqliteSituations:
        return SqliteSituations(folder / "situations.sqlite")

    return SituationRoom(SituationService(store(), ROOM_RULES), store())


def test_it_speaks_tls_alone_where_the_site_file_names_a_certificate(room: ServedRoom) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", room.port, timeout=60)
    plain.request("GET", "/status")
    with pytest.raises((http.client.HTTPException, OSError)):
        plain.getresponse()
    plain.close()
    assert room.ask(None, "GET", "/status").status == 200


def test_on_loopback_it_answers_for_no_other_host(room: ServedRoom) -> None:
    answer = room.ask(None, "GET", "/status", headers={"host": "rebound.example"})
    assert (answer.status, answer.headers["content-type"]) == (421, "application/problem+json")
    assert "list the name under 'centre.situation.api.hosts'" in answer.json["detail"]


def test_it_answers_for_the_hosts_of_the_site_file(tmp_path: Path) -> None:
    with served(tmp_path, hosts=["situations.example"]) as found:
        assert found.ask(None, "GET", "/status", headers={"host": "situations.example"}).status == 200


async def test_keys_of_programs_that_can_not_be_used_are_in_the_log_and_stop_nobody_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    organisations = {"cap": OrganisationSettings(keys={"bus": SigningKeySettings(file=str(tmp_path / "none.pem"))})}
    settings = SituationApiSettings(listen="127.0.0.1:0", url="https://situations.example")
    room = opened(tmp_path)
    async with ApiDoor(settings, ROOM_RULES, tmp_path / "tokens.json", "prato", organisations=organisations).open(room):
        assert "signed tokens of cap/bus: there is no file of its key" in caplog.messages
    await room.close()


async def test_it_serves_until_it_is_told_to_stop_and_ends_its_streams(tmp_path: Path) -> None:
    room, stop = opened(tmp_path), asyncio.Event()
    token = TokensFile(tmp_path / "tokens.json").issue("citelum", "office", "reader", NOW_MS)
    door = ApiDoor(SituationApiSettings(listen="127.0.0.1:0"), ROOM_RULES, tmp_path / "tokens.json", "prato")
    async with door.open(room) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        await asyncio.to_thread(connection.request, "GET", "/v1/events", None, {"authorization": f"Bearer {token}"})
        response = await asyncio.to_thread(connection.getresponse)
        assert response.status == 200
        while await asyncio.to_thread(response.readline) != b"event: current\n":
            pass
        assert [metric.samples[0].value for metric in door.samples()] == [1]
        assert door.failing() == []
    assert await asyncio.to_thread(response.read) == b"id: 0\ndata: {}\n\n"
    response.close()
    connection.close()
    serving = asyncio.create_task(door(room, stop))
    await asyncio.sleep(0)
    stop.set()
    await serving
    await room.close()


def test_files_that_can_t_be_used_are_reported_before_it_starts(tmp_path: Path) -> None:
    tls = PageTlsSettings(cert=str(tmp_path / "cert.pem"), key=str(tmp_path / "key.pem"))
    with pytest.raises(SecretError, match=r"key\.pem can't be read"):
        ApiDoor(SituationApiSettings(tls=tls), ROOM_RULES, tmp_path / "tokens.json", "prato")
    (tmp_path / "tokens.json").write_text("[]")
    (tmp_path / "tokens.json").chmod(0o600)
    with pytest.raises(ValueError, match="damaged"):
        ApiDoor(SituationApiSettings(), ROOM_RULES, tmp_path / "tokens.json", "prato")


async def test_an_address_in_use_is_reported_and_used_when_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AGAIN_AFTER_S", 0.01)
    room = opened(tmp_path)
    async with ApiDoor(SituationApiSettings(listen="127.0.0.1:0"), ROOM_RULES, tmp_path / "tokens.json", "prato").open(room) as port:
        other, stop = (
            ApiDoor(SituationApiSettings(listen=f"127.0.0.1:{port}"), ROOM_RULES, tmp_path / "tokens.json", "prato"),
            asyncio.Event(),
        )
        waiting = asyncio.create_task(other(room, stop))
        while not other.failing():
            await asyncio.sleep(0)
        assert "in use" in other.failing()[0]
    while other.failing():
        await asyncio.sleep(0.01)
    stop.set()
    await waiting
    await room.close()
