"""The lock of a journal. Between two gateways: `tests/edge/test_one_owner.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.journal.lock import JournalInUse, JournalLock


def test_a_lock_excludes_others_until_it_is_released(tmp_path: Path) -> None:
    lock = JournalLock(tmp_path / "j")
    with pytest.raises(JournalInUse, match=rf"j is in use by process {os.getpid()}: stop that gateway first"):
        JournalLock(tmp_path / "j")
    JournalLock(tmp_path / "another").release()
    lock.release()
    lock.release()
    JournalLock(tmp_path / "j").release()


def test_the_kernel_releases_the_lock_of_a_process_that_is_killed(tmp_path: Path) -> None:
    script = f"""
import os, pathlib, signal
from gateway.journal.lock import JournalLock
JournalLock(pathlib.Path({str(tmp_path / "j")!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    assert (tmp_path / "j.lock").exists()
    lock = JournalLock(tmp_path / "j")
    assert lock.owner_died
    lock.release()
    lock = JournalLock(tmp_path / "j")
    assert not lock.owner_died
    lock.release()


def test_a_lock_whose_file_was_deleted_is_taken_again_unless_another_has_it_by_then(tmp_path: Path) -> None:
    lock = JournalLock(tmp_path / "j")
    lock.renew()
    (tmp_path / "j.lock").unlink()
    lock.renew()
    with pytest.raises(JournalInUse):
        JournalLock(tmp_path / "j")
    (tmp_path / "j.lock").unlink()
    other = JournalLock(tmp_path / "j")
    with pytest.raises(JournalInUse):
        lock.renew()
    other.release()
    lock.renew()
    lock.release()


def test_a_lock_that_can_not_be_created_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        JournalLock(tmp_path / "missing" / "j")
