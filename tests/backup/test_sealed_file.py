"""Files that only their passphrase opens."""

from pathlib import Path

import pytest

from gateway.backup import sealed_file
from gateway.backup.sealed_file import BackupError, sealing, unsealed

PASSPHRASE = "quattro parole a caso"


def sealed(path: Path, content: bytes) -> None:
    with sealing(path, PASSPHRASE) as stream:
        stream.write(content)


@pytest.mark.parametrize("size", [0, 1, 5000, 3 << 20])
def test_the_passphrase_opens_what_was_sealed(size: int, tmp_path: Path) -> None:
    content = bytes(number % 251 for number in range(size))
    sealed(tmp_path / "file", content)
    with unsealed(tmp_path / "file", PASSPHRASE) as stream:
        assert stream.read() == content


def test_nothing_of_the_content_is_readable_and_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    sealed(tmp_path / "file", b"-----BEGIN PRIVATE KEY-----" * 100)
    assert b"PRIVATE" not in (tmp_path / "file").read_bytes()
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_the_same_content_is_never_the_same_file(tmp_path: Path) -> None:
    for name in "ab":
        sealed(tmp_path / name, b"content" * 10)
    first, second = ((tmp_path / name).read_bytes()[16:] for name in "ab")
    assert first[:32] != second[:32]
    assert first[-50:] != second[-50:]


def test_another_passphrase_is_said_to_be_wrong(tmp_path: Path) -> None:
    sealed(tmp_path / "file", b"content")
    with pytest.raises(BackupError, match="the passphrase is wrong") as refused, unsealed(tmp_path / "file", PASSPHRASE + " "):
        pass
    assert refused.value.italian == "la passphrase è sbagliata"


def test_every_changed_byte_is_noticed_before_anything_is_decrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_file, "_COST", 16)
    sealed(tmp_path / "file", bytes(60))
    content = (tmp_path / "file").read_bytes()
    assert len(content) < 200
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        (tmp_path / "changed").write_bytes(changed)
        with pytest.raises(BackupError), unsealed(tmp_path / "changed", PASSPHRASE):
            pass


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" * 100, b"street-backup 1\n"])
def test_another_file_is_said_to_be_no_backup(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BackupError, match="is no backup of a gateway"), unsealed(tmp_path / "file", PASSPHRASE):
        pass


def test_a_part_that_is_missing_at_the_end_is_noticed(tmp_path: Path) -> None:
    sealed(tmp_path / "file", bytes(1000))
    (tmp_path / "file").write_bytes((tmp_path / "file").read_bytes()[:-1])
    with pytest.raises(BackupError, match="is damaged or was changed"), unsealed(tmp_path / "file", PASSPHRASE):
        pass


def test_a_failure_while_writing_leaves_the_file_before_as_it_was(tmp_path: Path) -> None:
    sealed(tmp_path / "file", b"before")
    before = (tmp_path / "file").read_bytes()
    with pytest.raises(TypeError), sealing(tmp_path / "file", PASSPHRASE) as stream:
        stream.writelines([b"after", "no bytes"])  # type: ignore[list-item]  # it fails
    assert (tmp_path / "file").read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
