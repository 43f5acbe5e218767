"""Files of public keys: read when they change, gone when they are withdrawn."""

import sys
from pathlib import Path

import pytest

from gateway.host.signatures.public_key import PublicKeyError, PublicKeyFile, SignaturesUnsupported, read_public_key
from tests.host.signatures.openssl import new_key, signature_of


def test_a_file_is_read_again_only_when_it_changes(tmp_path: Path) -> None:
    first = new_key(tmp_path, "first")
    file = PublicKeyFile(tmp_path / "first.pem")
    key = file.key()
    assert key is not None
    assert key.verifies("ES256", signature_of(first, "ES256", b"x"), b"x")
    assert file.key() is key
    other = new_key(tmp_path, "other")
    (tmp_path / "other.pem").replace(tmp_path / "first.pem")
    changed = file.key()
    assert changed is not None
    assert not changed.verifies("ES256", signature_of(first, "ES256", b"x"), b"x")
    assert changed.verifies("ES256", signature_of(other, "ES256", b"x"), b"x")


def test_a_file_that_is_gone_has_no_key_and_a_damaged_one_is_an_error_until_it_is_replaced(tmp_path: Path) -> None:
    new_key(tmp_path, "first")
    path = tmp_path / "first.pem"
    content = path.read_bytes()
    file = PublicKeyFile(path)
    assert file.key() is not None
    path.write_text("half a key")
    for _ in range(2):
        with pytest.raises(PublicKeyError, match=r"first\.pem can't be used: it has no public key"):
            file.key()
    path.unlink()
    assert file.key() is None
    path.write_bytes(content)
    assert file.key() is not None


def test_what_is_no_small_file_can_not_be_used(tmp_path: Path) -> None:
    (tmp_path / "large.pem").write_bytes(b"x" * 70_000)
    for name in ("large.pem", "."):
        with pytest.raises(PublicKeyError, match="is not a file of at most 65536 bytes"):
            read_public_key(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        read_public_key(tmp_path / "none.pem")
    with pytest.raises(PublicKeyError, match="Not a directory"):
        PublicKeyFile(tmp_path / "large.pem" / "key.pem").key()


def test_without_the_library_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_key(tmp_path, "first")
    monkeypatch.setitem(sys.modules, "gateway.host.signatures.verification", None)
    with pytest.raises(SignaturesUnsupported, match="need the package cryptography"):
        read_public_key(tmp_path / "first.pem")
