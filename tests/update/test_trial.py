"""What is known about the last update, on disk."""

from pathlib import Path

import msgspec
import pytest

from gateway.update.errors import UpdateError
from gateway.update.trial import SlotTrial, is_unsettled, read_trial, settle, write_trial

TRIAL = SlotTrial("trial", "a", "b", "1.0", "1.1", "00ff", [("l", "em340")], 1, 2, {"en": "x", "it": "y"})


def test_a_trial_is_read_back(tmp_path: Path) -> None:
    assert read_trial(tmp_path) is None
    assert write_trial(tmp_path, TRIAL) == TRIAL == read_trial(tmp_path)


def test_while_something_is_left_to_do_there_is_a_file_that_systemd_sees(tmp_path: Path) -> None:
    write_trial(tmp_path, TRIAL)
    assert is_unsettled(tmp_path)
    write_trial(tmp_path, msgspec.structs.replace(TRIAL, phase="undoing"))
    assert is_unsettled(tmp_path)
    write_trial(tmp_path, msgspec.structs.replace(TRIAL, phase="proved"))
    assert not is_unsettled(tmp_path)
    settle(tmp_path)
    assert not is_unsettled(tmp_path)


@pytest.mark.parametrize(("phase", "pending"), [("trial", True), ("undoing", True), ("proved", False), ("undone", False)])
def test_a_trial_is_pending_until_it_is_proved_or_undone(tmp_path: Path, phase: str, pending: bool) -> None:
    (tmp_path / "trial.json").write_text(
        f'{{"phase":"{phase}","old":"a","new":"b","old_version":"1","version":"2","archive_sha256":null,"answering":[],"began_ms":1}}'
    )
    found = read_trial(tmp_path)
    assert found is not None
    assert found.is_pending == pending


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "trial.json").write_text("{")
    with pytest.raises(UpdateError, match=r"trial.json is damaged .*: delete it"):
        read_trial(tmp_path)
