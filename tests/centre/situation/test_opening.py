"""What a site file names is opened."""

from contextlib import closing
from pathlib import Path

import pytest

from gateway.centre.situation import opening
from gateway.centre.situation.file_lock import FileRoomLock
from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.postgres.lock import PostgresRoomLock
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.model.site.centre import CentreSettings
from gateway.model.site.connection import LoginSettings
from gateway.model.site.situation.room import PostgresSettings, SituationSettings
from gateway.model.site.store import HistorySettings, StoreSettings
from tests.system.servers import free_port


def centre(path: Path, postgresql: PostgresSettings | None = None) -> CentreSettings:
    situation = SituationSettings(organisations={}, postgresql=postgresql)
    store = StoreSettings(history=HistorySettings(path=str(path)))
    return CentreSettings(broker="mqtt://127.0.0.1:1883", store=store, situation=situation)


def unreachable(folder: Path) -> PostgresSettings:
    (folder / "password").write_text("x")
    (folder / "password").chmod(0o600)
    login = LoginSettings(user="room", password_file=str(folder / "password"))
    return PostgresSettings(server=f"127.0.0.1:{free_port()}", database="situations", login=login)


def test_without_a_database_server_situations_are_in_a_file(tmp_path: Path) -> None:
    settings = centre(tmp_path / "history.sqlite")
    with closing(opening.open_situations(settings)) as store:
        assert isinstance(store, SqliteSituations)
    assert (tmp_path / "situations.sqlite").exists()
    assert isinstance(opening.open_room_lock(settings), FileRoomLock)


def test_a_file_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "situations.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(SituationsUnavailable, match=r"situations\.sqlite: file is not a database"):
        opening.open_situations(centre(tmp_path / "history.sqlite"))


def test_a_database_server_is_used_where_one_is_named(tmp_path: Path) -> None:
    settings = centre(tmp_path / "history.sqlite", unreachable(tmp_path))
    with pytest.raises(SituationsUnavailable, match="can't reach PostgreSQL at 127"):
        opening.open_situations(settings)
    assert isinstance(opening.open_room_lock(settings), PostgresRoomLock)


def test_without_the_driver_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = centre(tmp_path / "history.sqlite", unreachable(tmp_path))
    monkeypatch.setattr(opening, "PostgresSituations", None)
    monkeypatch.setattr(opening, "PostgresRoomLock", None)
    for opened in (opening.open_situations, opening.open_room_lock):
        with pytest.raises(SituationsUnavailable, match=r"pip install 'street-gateway\[centre\]'"):
            opened(settings)
