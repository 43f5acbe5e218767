"""The store in SQLite."""

from pathlib import Path

import pytest

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.sqlite import SqliteSituations
from tests.centre.situation.store_contract import StoreContract


class TestSqliteSituations(StoreContract):
    def opened(self, folder: Path) -> SqliteSituations:
        return SqliteSituations(folder / "situations.sqlite")

    def in_words(self, folder: Path) -> str:
        module = "__import__('gateway.centre.situation.sqlite', fromlist=['SqliteSituations'])"
        return f"{module}.SqliteSituations(__import__('pathlib').Path({str(folder / 'situations.sqlite')!r}))"

    def test_what_is_no_database_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "situations.sqlite").write_bytes(b"no database" * 1000)
        with pytest.raises(SituationsUnavailable, match="not a database"):
            self.opened(tmp_path)

    def test_a_new_file_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        self.opened(tmp_path).close()
        assert (tmp_path / "situations.sqlite").stat().st_mode & 0o777 == 0o600

    def test_a_closed_store_can_not_be_used(self, tmp_path: Path) -> None:
        store = self.opened(tmp_path)
        store.close()
        with pytest.raises(SituationsUnavailable):
            store.present()
