"""Reads the file of a public key or certificate, and reads it again when it changes."""

import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.host.signatures.verification import PublicKey

_BYTES_MOST = 1 << 16


class PublicKeyError(Exception):
    """The file of a public key can't be used; the messages say why, in English and Italian."""

    def __init__(self, en: str, it: str) -> None:
        super().__init__(en)
        self.italian = it


class SignaturesUnsupported(PublicKeyError):
    """What verifies signatures is not installed; `REMEDY` installs it."""

    REMEDY = "pip install 'street-gateway[centre]'"

    def __init__(self) -> None:
        super().__init__("signatures need the package cryptography", "per le firme serve il pacchetto cryptography")


def read_public_key(path: Path) -> "PublicKey":
    """Return the public key in a file, a key or a certificate in PEM.

    Raises:
        FileNotFoundError: There is no such file.
        PublicKeyError: It can't be used.
        SignaturesUnsupported: The package `cryptography` is not installed.
    """
    try:
        from gateway.host.signatures.verification import KeyUnsuitable, public_key_in  # noqa: PLC0415 — of the extra 'centre'
    except ImportError as error:
        raise SignaturesUnsupported from error
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _BYTES_MOST:
            raise PublicKeyError(
                f"{path} is not a file of at most {_BYTES_MOST} bytes", f"{path} non è un file di al massimo {_BYTES_MOST} byte"
            )
        return public_key_in(path.read_bytes())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise PublicKeyError(f"{path} can't be read: {error.strerror}", f"{path} non si può leggere: {error.strerror}") from error
    except KeyUnsuitable as error:
        raise PublicKeyError(f"{path} can't be used: {error}", f"{path} non si può usare: {error.italian}") from error


class PublicKeyFile:
    """The file of a public key. Without the file, there is no key: it was withdrawn."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version = 0, 0, 0
        self._key: PublicKey | None = None

    def key(self) -> "PublicKey | None":
        """Return the key as the file has it now; None if there is no file.

        Raises:
            PublicKeyError: The file can't be used.
        """
        try:
            found = self._path.stat()
            version = found.st_mtime_ns, found.st_size, found.st_ino
            if version != self._version:
                self._version, self._key = (0, 0, 0), None
                self._key = read_public_key(self._path)
                self._version = version
        except FileNotFoundError:
            self._version, self._key = (0, 0, 0), None
        except OSError as error:
            what = f"{self._path} can't be read: {error.strerror}"
            raise PublicKeyError(what, f"{self._path} non si può leggere: {error.strerror}") from error
        return self._key
