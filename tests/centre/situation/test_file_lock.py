"""The lock of a room whose situations are in a file."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.centre.situation.file_lock import FileRoomLock
from gateway.centre.situation.port import SituationsUnavailable


def test_one_process_at_a_time_has_it(tmp_path: Path) -> None:
    first, second = FileRoomLock(tmp_path / "situations.sqlite"), FileRoomLock(tmp_path / "situations.sqlite")
    assert first.hold()
    assert first.hold()
    assert not second.hold()
    first.release()
    first.release()
    assert second.hold()
    second.release()


def test_a_killed_process_has_it_no_longer(tmp_path: Path) -> None:
    file = tmp_path / "situations.sqlite"
    code = (
        "import pathlib, sys, time\nfrom gateway.centre.situation.file_lock import FileRoomLock\n"
        "lock = FileRoomLock(pathlib.Path(sys.argv[1]))\nprint(lock.hold(), flush=True)\ntime.sleep(600)"
    )
    lock = FileRoomLock(file)
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not lock.hold()
        holder.kill()
    assert lock.hold()
    lock.release()


def test_a_folder_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SituationsUnavailable, match=r"can't open .*nowhere/situations.sqlite.lock: No such file"):
        FileRoomLock(tmp_path / "nowhere" / "situations.sqlite").hold()
