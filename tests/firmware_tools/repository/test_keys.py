"""The keys of a repository in files."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.keys import make_key, next_key, read_public, read_signer


def no_passphrase(file: Path) -> str:
    raise AssertionError(f"{file} is not encrypted")


def test_a_key_signs_what_its_public_half_verifies(tmp_path: Path) -> None:
    made = make_key(tmp_path / "root-1.pem", None)
    signer = read_signer(tmp_path / "root-1.pem", no_passphrase)
    read_public(tmp_path / "root-1.pub").verify_signature(signer.sign(b"content"), b"content")
    assert made.keyid == signer.public_key.keyid == read_public(tmp_path / "root-1.pub").keyid


def test_only_its_owner_can_read_a_key(tmp_path: Path) -> None:
    make_key(tmp_path / "keys" / "root-1.pem", None)
    assert (tmp_path / "keys" / "root-1.pem").stat().st_mode & 0o777 == 0o600
    (tmp_path / "keys" / "root-1.pem").chmod(0o640)
    with pytest.raises(RepositoryError, match="can be read by other users"):
        read_signer(tmp_path / "keys" / "root-1.pem", no_passphrase)


def test_an_encrypted_key_needs_its_passphrase(tmp_path: Path) -> None:
    made = make_key(tmp_path / "root-1.pem", "four words are enough")
    assert read_signer(tmp_path / "root-1.pem", lambda _: "four words are enough").public_key.keyid == made.keyid
    with pytest.raises(RepositoryError, match=r"the passphrase of .*root-1.pem is wrong"):
        read_signer(tmp_path / "root-1.pem", lambda _: "three words are not")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    make_key(tmp_path / "root-1.pem", None)
    before = (tmp_path / "root-1.pem").read_bytes()
    with pytest.raises(RepositoryError, match="exists already"):
        make_key(tmp_path / "root-1.pem", None)
    assert (tmp_path / "root-1.pem").read_bytes() == before


def test_the_next_key_of_a_role_has_the_next_number(tmp_path: Path) -> None:
    assert next_key(tmp_path, "root").name == "root-1.pem"
    for name in ("root-1.pem", "root-4.pem", "targets-9.pem", "root-x.pem"):
        (tmp_path / name).touch()
    assert next_key(tmp_path, "root").name == "root-5.pem"


def test_what_has_no_ed25519_key_is_refused_with_what_makes_one(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    (tmp_path / "ec.pem").write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "ec.pub").write_bytes(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "text.pem").write_text("no key")
    for file in tmp_path.iterdir():
        file.chmod(0o600)
    for name in ("ec.pem", "text.pem"):
        with pytest.raises(RepositoryError, match="has no Ed25519 key: 'firmware repo init'"):
            read_signer(tmp_path / name, no_passphrase)
    for name in ("ec.pub", "text.pem"):
        with pytest.raises(RepositoryError, match="has no Ed25519 key"):
            read_public(tmp_path / name)
    with pytest.raises(RepositoryError, match="can't be read"):
        read_public(tmp_path / "missing.pub")
