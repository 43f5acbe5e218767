"""Sessions: how the server is verified, and what is said when it can't be used."""

import shutil
import socket
import threading
from pathlib import Path

import pytest

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.postgres.session import USUAL_LIMITS, PostgresSession, SessionLimits, SessionLost
from gateway.model.site.situation.room import PostgresSettings
from tests.centre.situation.postgres.server import PostgresServer
from tests.system.certificates import certificates
from tests.system.servers import free_port

pytestmark = pytest.mark.system

_IS_ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


def asked(settings: PostgresSettings, query: str = "SELECT 1", limits: SessionLimits = USUAL_LIMITS) -> object:
    session = PostgresSession(settings, limits)
    try:
        ((answer,),) = session.run(lambda connection: connection.run(query))
        return answer
    finally:
        session.close()


def changed(settings: PostgresSettings, server: str) -> PostgresSettings:
    return PostgresSettings(server=server, database=settings.database, login=settings.login, ca=settings.ca)


def test_a_server_on_this_machine_needs_no_encryption(settings: PostgresSettings) -> None:
    assert asked(settings, _IS_ENCRYPTED) is False


def test_with_an_authority_the_connection_is_encrypted_and_waits_as_well(postgres: PostgresServer, database: str) -> None:
    settings = postgres.settings(database, ca=str(postgres.folder / "ca.pem"))
    assert asked(settings, _IS_ENCRYPTED) is True
    session = PostgresSession(settings)
    session.run(lambda connection: connection.run("LISTEN news"))
    telling = threading.Timer(0.1, postgres.sql, ("NOTIFY news", database))
    telling.start()
    session.wait(60.0)
    telling.join()
    session.close()


def test_a_server_of_another_authority_is_not_talked_to(postgres: PostgresServer, database: str, tmp_path: Path) -> None:
    certificates(tmp_path)
    with pytest.raises(SituationsUnavailable, match="certificate verify failed"):
        asked(postgres.settings(database, ca=str(tmp_path / "ca.pem")))


def test_a_server_of_another_name_is_not_talked_to(postgres: PostgresServer, database: str) -> None:
    settings = postgres.settings(database, ca=str(postgres.folder / "ca.pem"))
    with pytest.raises(SituationsUnavailable, match="certificate is not valid for 'localhost'"):
        asked(changed(settings, f"localhost:{postgres.port}"))


def test_another_machine_is_reached_over_tls_alone(settings: PostgresSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    received: list[bytes] = []

    def refuse_encryption() -> None:
        connection, _ = server.accept()
        with connection:
            received.append(connection.recv(1000))
            connection.sendall(b"N")
            received.append(connection.recv(1000))

    refusing = threading.Thread(target=refuse_encryption)
    refusing.start()
    connect = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda _, timeout_s: connect(server.getsockname(), timeout_s))
    with pytest.raises(SituationsUnavailable, match="the server has no TLS"):
        asked(changed(settings, "db.example:5432"))
    refusing.join()
    server.close()
    assert received == [bytes.fromhex("0000000804d2162f"), b""], "the request for TLS, and no password"


def test_a_server_that_is_no_postgresql_is_reported(settings: PostgresSettings) -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"\x15\x03\x01\x00\x02\x02\x16")

    answering = threading.Thread(target=answer)
    answering.start()
    with pytest.raises(SituationsUnavailable, match="can't log in to PostgreSQL at 127"):
        asked(changed(settings, f"127.0.0.1:{server.getsockname()[1]}"))
    answering.join()
    server.close()


def test_a_server_that_does_not_run_is_reported(settings: PostgresSettings) -> None:
    with pytest.raises(SituationsUnavailable, match=r"can't reach PostgreSQL at 127.*refused"):
        asked(changed(settings, f"127.0.0.1:{free_port()}"))


def test_a_server_that_accepts_and_says_nothing_is_not_waited_for(settings: PostgresSettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SituationsUnavailable, match="timed out"):
        asked(changed(settings, f"127.0.0.1:{silent.getsockname()[1]}"), limits=SessionLimits(answer_s=0.2))


def test_what_takes_the_server_too_long_is_given_up(settings: PostgresSettings) -> None:
    with pytest.raises(SituationsUnavailable, match=r"statement timeout|timed out"):
        asked(settings, "SELECT pg_sleep(60)", SessionLimits(answer_s=0.5))


def test_a_silent_session_is_ended_by_the_server(settings: PostgresSettings) -> None:
    session = PostgresSession(settings, SessionLimits(idle_s=0.2))
    session.run(lambda connection: connection.run("SELECT 1"))
    session.wait(60.0)
    with pytest.raises(SessionLost):
        session.run(lambda connection: connection.run("SELECT 1"))
    assert not session.is_open


def test_a_password_is_read_when_it_is_needed(settings: PostgresSettings, postgres: PostgresServer, tmp_path: Path) -> None:
    file = tmp_path / "password"
    login = type(settings.login)(user=settings.login.user, password_file=str(file))
    own = PostgresSettings(server=settings.server, database=settings.database, login=login)
    with pytest.raises(SituationsUnavailable, match="password can't be read"):
        asked(own)
    shutil.copy(postgres.folder / "password", file)
    file.chmod(0o644)
    with pytest.raises(SituationsUnavailable, match="run chmod 600"):
        asked(own)
    file.chmod(0o600)
    assert asked(own) == 1


def test_authorities_that_can_not_be_read_are_reported(postgres: PostgresServer, database: str) -> None:
    with pytest.raises(SituationsUnavailable, match="the authorities in /nowhere can't be read"):
        asked(postgres.settings(database, ca="/nowhere"))


def test_a_database_of_another_encoding_is_not_used(postgres: PostgresServer) -> None:
    with pytest.raises(SituationsUnavailable, match="has the encoding LATIN1: create it again"):
        asked(postgres.settings(postgres.new_database("LATIN1")))


def test_a_standby_is_not_used(settings: PostgresSettings, postgres: PostgresServer) -> None:
    signal = postgres.folder / "data" / "standby.signal"
    postgres.stop()
    signal.touch()
    postgres.start()
    try:
        with pytest.raises(SituationsUnavailable, match="is a standby, which can't be written to"):
            asked(settings)
    finally:
        postgres.stop()
        signal.unlink()
        postgres.start()
    assert asked(settings) == 1
