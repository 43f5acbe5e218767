"""A file that only somebody with its passphrase can read or change, written and read as a stream.

It has 96 bytes of header, then what openssl encrypted (AES-256 in counter mode). The header: 16 bytes that name the format, a salt of 16,
the HMAC-SHA256 of the salt, by which a wrong passphrase is recognised, and that of all that is encrypted. Both keys are derived from the
passphrase by scrypt. Nothing is decrypted before the second HMAC was checked.
"""

import contextlib
import hashlib
import hmac
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from gateway.host.files import replacing
from gateway.trust.openssl import decrypting, encrypting

SHORTEST_PASSPHRASE = 12

_FORMAT = b"street-backup 1\n"
_SALT, _MAC = 16, 32
_HEADER = len(_FORMAT) + _SALT + 2 * _MAC

_COST, _BLOCKS, _MEMORY = 2**15, 8, 64 << 20
"""Scrypt: a guess takes 32 MiB, and a tenth of a second or more."""

_PIECE = 1 << 20


class BackupError(Exception):
    """A backup is not made, or not restored; the message says why, and what to do, in English and Italian."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.english, self.italian = english, italian


@contextlib.contextmanager
def sealing(path: Path, passphrase: str) -> Iterator[IO[bytes]]:
    """Yield a stream; what is written to it is in the file when this ends, and the file replaces one before it.

    Raises:
        OSError: The file can't be written.
        OpensslError: openssl failed.
    """
    salt = os.urandom(_SALT)
    cipher, mac = _keys(passphrase, salt)
    with replacing(path) as file:
        file.write(_FORMAT + salt + hmac.digest(mac, salt, "sha256") + bytes(_MAC))
        file.flush()
        with encrypting(cipher, file) as stream:
            yield stream
        file.seek(_HEADER)
        whole = _mac_of(file, mac)
        file.seek(_HEADER - _MAC)
        file.write(whole)


@contextlib.contextmanager
def unsealed(path: Path, passphrase: str) -> Iterator[IO[bytes]]:
    """Yield the content of a sealed file as a stream.

    Raises:
        BackupError: It is no backup, the passphrase is wrong, or it is damaged.
        OSError: The file can't be read.
        OpensslError: openssl failed.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER)
        if len(header) < _HEADER or not header.startswith(_FORMAT):
            raise BackupError(f"{path} is no backup of a gateway", f"{path} non è il backup di un gateway")
        salt, rest = header[len(_FORMAT) :][:_SALT], header[len(_FORMAT) + _SALT :]
        cipher, mac = _keys(passphrase, salt)
        if not hmac.compare_digest(rest[:_MAC], hmac.digest(mac, salt, "sha256")):
            raise BackupError("the passphrase is wrong", "la passphrase è sbagliata")
        if not hmac.compare_digest(rest[_MAC:], _mac_of(file, mac)):
            raise BackupError(
                f"{path} is damaged or was changed: copy it again, or use another backup",
                f"{path} è danneggiato o è stato modificato: copialo di nuovo, o usa un altro backup",
            )
        file.seek(_HEADER)
        with decrypting(cipher, file) as stream:
            yield stream


def _keys(passphrase: str, salt: bytes) -> tuple[str, bytes]:
    """Return the secret that openssl encrypts with, and the key of the HMACs."""
    made = hashlib.scrypt(passphrase.encode(), salt=salt, n=_COST, r=_BLOCKS, p=1, maxmem=_MEMORY, dklen=64)
    return made[:32].hex(), made[32:]


def _mac_of(file: IO[bytes], key: bytes) -> bytes:
    """Return the HMAC of the rest of a file."""
    found = hmac.new(key, digestmod="sha256")
    while piece := file.read(_PIECE):
        found.update(piece)
    return found.digest()
