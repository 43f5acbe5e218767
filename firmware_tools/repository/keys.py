"""The Ed25519 keys that sign a repository: files that only their owner can read, encrypted if there is a passphrase."""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

from firmware_tools.repository.errors import RepositoryError
from gateway.host.files import SecretError, check_secret, write_whole

_BYTES_MOST = 1 << 16


def make_key(file: Path, passphrase: str | None) -> SSlibKey:
    """Make a key, write its private half to a file of mode 0600 and its public half beside it, and return the latter.

    Raises:
        RepositoryError: The file exists already.
        OSError: It can't be written.
    """
    if file.exists():
        raise RepositoryError(
            f"{file} exists already: a key is never overwritten; move it away, or choose another folder",
            f"{file} esiste già: una chiave non viene mai sovrascritta; spostala, o scegli un'altra cartella",
        )
    private = Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(file, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    public = private.public_key()
    write_whole(file.with_suffix(".pub"), public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), mode=0o644)
    return SSlibKey.from_crypto(public)


def next_key(folder: Path, role: str) -> Path:
    """Return the file for a new key of a role in a folder: `root-1.pem`, `root-2.pem`."""
    numbers = (file.stem.rpartition("-")[2] for file in folder.glob(f"{role}-*.pem"))
    return folder / f"{role}-{max((int(number) for number in numbers if number.isdecimal()), default=0) + 1}.pem"


def read_signer(file: Path, passphrase: Callable[[Path], str]) -> CryptoSigner:
    """Return what signs with the private key in a file; the passphrase is asked for if the key is encrypted.

    Raises:
        RepositoryError: It can't be used, or the passphrase is wrong.
    """
    try:
        check_secret(file)
    except SecretError as error:
        raise RepositoryError(str(error), str(error)) from error
    content = _content_of(file)
    encrypted = b"ENCRYPTED" in content
    try:
        private = load_pem_private_key(content, passphrase(file).encode() if encrypted else None)
    except (ValueError, UnsupportedAlgorithm) as error:
        if encrypted:
            raise RepositoryError(f"the passphrase of {file} is wrong", f"la passphrase di {file} è sbagliata") from error
        raise _unsuitable(file) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _unsuitable(file)
    return CryptoSigner(private)


def read_public(file: Path) -> SSlibKey:
    """Return the public key in a file.

    Raises:
        RepositoryError: It can't be used.
    """
    try:
        public = load_pem_public_key(_content_of(file))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unsuitable(file) from error
    if not isinstance(public, Ed25519PublicKey):
        raise _unsuitable(file)
    return SSlibKey.from_crypto(public)


def _content_of(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_BYTES_MOST)
    except OSError as error:
        raise RepositoryError(f"{file} can't be read: {error.strerror}", f"{file} non si può leggere: {error.strerror}") from error


def _unsuitable(file: Path) -> RepositoryError:
    return RepositoryError(
        f"{file} has no Ed25519 key: 'firmware repo init' and 'firmware repo rotate' make some",
        f"{file} non contiene una chiave Ed25519: le creano 'firmware repo init' e 'firmware repo rotate'",
    )
