"""The files of a configuration."""

import stat
import threading
from pathlib import Path

import pytest

from gateway.staging import ledger as rules
from gateway.staging.ledger import Change, Ledger, Staged, Trial
from gateway.staging.store import FOLDER, ConfigurationStore, LedgerDamaged, hash_of_text


@pytest.fixture
def store(tmp_path: Path) -> ConfigurationStore:
    (tmp_path / "site.yaml").write_text("site: prato\n")
    return ConfigurationStore(tmp_path / "site.yaml", tmp_path / "state")


def test_texts_are_kept_as_long_as_the_ledger_names_them(store: ConfigurationStore, tmp_path: Path) -> None:
    assert not store.exists
    with store.locked():
        old, new = store.keep("old\n"), store.keep("new\n")
        assert old == hash_of_text("old\n")
        store.write_ledger(rules.begin(Ledger(), Trial(Change(old, new, "technician", "", 1), "b", 1, "person")))
        assert (store.text(old), store.text(new)) == ("old\n", "new\n")
        store.write_ledger(rules.stage(Ledger(), Staged(new, "technician", 1)))
    assert store.exists
    assert sorted(path.name for path in (tmp_path / "state" / FOLDER).iterdir()) == sorted([f"{new}.yaml", "ledger.json"])
    assert stat.S_IMODE((tmp_path / "state" / FOLDER / "ledger.json").stat().st_mode) == 0o600


def test_the_site_file_keeps_its_mode_and_owner(store: ConfigurationStore) -> None:
    store.site_file.chmod(0o640)
    before = store.site_file.stat()
    store.write_site("site: lucca\n")
    after = store.site_file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert store.site_text() == "site: lucca\n"
    assert [path.name for path in store.site_file.parent.iterdir()] == ["site.yaml"]


def test_a_damaged_ledger_is_told_with_what_to_do(store: ConfigurationStore, tmp_path: Path) -> None:
    with store.locked():
        assert store.ledger() == Ledger()
    (tmp_path / "state" / FOLDER / "ledger.json").write_text("{")
    with pytest.raises(LedgerDamaged, match="remove it; the site file stays as it is"):
        store.ledger()


def test_two_programs_change_a_configuration_one_after_the_other(store: ConfigurationStore) -> None:
    done = threading.Event()

    def change() -> None:
        with store.locked():
            done.set()

    other = threading.Thread(target=change)
    with store.locked():
        other.start()
        assert not done.wait(0.1)
    assert done.wait(30)
    other.join()
