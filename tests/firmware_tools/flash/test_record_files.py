"""Records and images survive kills, damage and other processes."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from firmware_tools.flash import record_files
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.image.image import FirmwareImage
from tests.firmware_tools.flash.modelled_device import new_record


def test_what_was_saved_is_loaded_and_listed(tmp_path: Path) -> None:
    files = UpdateFiles(tmp_path)
    assert files.load("relay-1") is None
    assert files.records() == []
    one, other = new_record(phase="sending"), new_record(device="relay-2", phase="succeeded")
    files.save(other)
    files.save(one)
    assert files.load("relay-1") == one
    assert files.records() == [one, other]
    assert files.unfinished() == [one]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"device":"x"}', b"\xff" * 100])
def test_a_damaged_record_is_as_none(tmp_path: Path, content: bytes) -> None:
    files = UpdateFiles(tmp_path)
    files.save(new_record())
    (tmp_path / "firmware/updates/relay-1.json").write_bytes(content)
    assert files.load("relay-1") is None
    assert files.unfinished() == []


def test_a_record_is_put_back_as_it_was(tmp_path: Path) -> None:
    files, before = UpdateFiles(tmp_path), new_record(phase="sending", chunk=2)
    files.save(new_record(phase="failed"))
    files.restore("relay-1", before)
    assert files.load("relay-1") == before
    files.restore("relay-1", None)
    assert files.load("relay-1") is None


def test_only_an_update_that_has_not_ended_can_be_paused(tmp_path: Path) -> None:
    files = UpdateFiles(tmp_path)
    files.pause("relay-1")
    files.save(new_record(phase="succeeded"))
    files.pause("relay-1")
    assert files.records()[0].paused is False
    files.save(new_record(phase="sending"))
    files.pause("relay-1")
    assert files.records()[0].paused is True


def test_a_device_that_a_failed_update_left_in_its_bootloader_is_found_until_it_is_released(tmp_path: Path) -> None:
    files = UpdateFiles(tmp_path)
    files.release("relay-1")
    files.save(new_record(phase="failed", stuck=True))
    assert len(files.unfinished()) == 1
    files.release("relay-1")
    assert files.unfinished() == []
    assert len(files.records()) == 1


def test_images_are_kept_while_an_update_needs_them(tmp_path: Path) -> None:
    files, needed, other = UpdateFiles(tmp_path), FirmwareImage(b"needed"), FirmwareImage(b"other")
    files.discard_images()
    files.save_image(needed)
    files.save_image(other)
    files.save(new_record(image=needed.sha256, phase="sending"))
    files.discard_images()
    assert files.image(needed.sha256, "n.bin") == FirmwareImage(b"needed", "n.bin")
    assert files.image(other.sha256, "o.bin") is None


def test_a_damaged_image_is_as_none(tmp_path: Path) -> None:
    files, image = UpdateFiles(tmp_path), FirmwareImage(b"content")
    files.save_image(image)
    (tmp_path / "firmware/images" / image.sha256).write_bytes(b"contenT")
    assert files.image(image.sha256, "x") is None


def hold(state: Path, held: "multiprocessing.synchronize.Event") -> None:
    with UpdateFiles(state).claim("relay-1"):
        held.set()
        signal.pause()


def test_another_process_that_updates_the_device_is_noticed_and_one_that_was_killed_is_not(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    held = context.Event()
    process = context.Process(target=hold, args=(tmp_path, held))
    process.start()
    assert held.wait(60)
    with pytest.raises(FlashRefused, match="another process") as refused, UpdateFiles(tmp_path).claim("relay-1"):
        pass
    assert refused.value.code == "busy"
    with UpdateFiles(tmp_path).claim("relay-2"):
        pass
    process.kill()
    process.join()
    with UpdateFiles(tmp_path).claim("relay-1"):
        pass


def test_what_root_makes_is_handed_to_the_owner_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    me = os.geteuid(), os.getegid()
    handed: list[Path] = []
    monkeypatch.setattr(record_files, "heir_of", lambda _: me)
    monkeypatch.setattr("os.chown", lambda path, *owner: handed.append(path) if owner == me else pytest.fail("another owner"))
    files = UpdateFiles(tmp_path)
    with files.claim("relay-1"):
        files.save(new_record())
    assert handed == [tmp_path / "firmware", tmp_path / "firmware/updates"]
