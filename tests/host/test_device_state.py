"""State of devices that survives a restart."""

from pathlib import Path

import msgspec
import pytest

from gateway.host.device_state import DeviceState


class Known(msgspec.Struct):
    """What is known of a device."""

    total: int


def state(folder: Path | None) -> DeviceState[Known]:
    return DeviceState(folder, Known, "the total")


def test_what_is_flushed_is_recalled_after_a_restart(tmp_path: Path) -> None:
    before = state(tmp_path / "new" / "folder")
    before.keep("d-1", Known(7))
    assert before.changed
    before.flush()
    assert not before.changed
    after = state(tmp_path / "new" / "folder")
    assert after.recall("d-1") == Known(7)
    assert after.recall("d-2") is None


def test_only_the_latest_state_of_a_device_is_written(tmp_path: Path) -> None:
    devices = state(tmp_path)
    devices.keep("d-1", Known(1))
    devices.keep("d-1", Known(2))
    devices.flush()
    assert state(tmp_path).recall("d-1") == Known(2)


@pytest.mark.parametrize("content", [b"", b"{", b'{"total": "x"}', b"\xff"])
def test_a_file_that_can_not_be_read_is_logged_and_the_device_starts_from_nothing(
    content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "d-1.json").write_bytes(content)
    assert state(tmp_path).recall("d-1") is None
    assert "the total of device d-1 starts from nothing" in caplog.text


def test_what_can_not_be_written_is_logged_and_written_by_a_later_flush(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "folder"
    folder.write_text("a file is in the way")
    devices = state(folder)
    devices.keep("d-1", Known(1))
    devices.flush()
    assert "the total of device d-1 can't be stored" in caplog.text
    assert devices.changed
    folder.unlink()
    devices.flush()
    assert state(folder).recall("d-1") == Known(1)


def test_without_a_folder_nothing_is_stored() -> None:
    devices = state(None)
    devices.keep("d-1", Known(1))
    devices.flush()
    assert not devices.changed
    assert devices.recall("d-1") is None
