"""The files of a configuration: the site file, the ledger, and every text that the ledger names. Written atomically, never in place."""

import hashlib
import os
import stat
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from gateway.config.text_file import read_text
from gateway.host.files import heir_of, locked, write_whole
from gateway.staging.ledger import Ledger

FOLDER = "configuration"
"""The name of the folder in the folder `state` of a gateway."""

_LEDGER = "ledger.json"


class LedgerDamaged(Exception):
    """The ledger can't be read; the message says what to do."""


def hash_of_text(text: str) -> str:
    """Return the name of a text: the first 16 hexadecimal digits of its SHA-256 hash."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class ConfigurationStore:
    """The site file, and the folder with the ledger and the texts."""

    def __init__(self, site_file: Path, state: Path) -> None:
        self.site_file, self._folder = site_file.absolute(), state / FOLDER

    @property
    def exists(self) -> bool:
        """Whether anything was ever staged or applied."""
        return (self._folder / _LEDGER).exists()

    def locked(self) -> AbstractContextManager[None]:
        """Keep other programs from changing the configuration meanwhile.

        Raises:
            OSError: The folder can't be used.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return locked(self._folder)

    def site_text(self) -> str:
        """Return the text of the site file.

        Raises:
            ConfigError: It can't be read.
        """
        return read_text(self.site_file)

    def write_site(self, text: str) -> None:
        """Replace the site file. Its mode and its owner stay, unless this user may not give files away.

        Raises:
            OSError: It can't be written.
        """
        found = self.site_file.stat()
        owner = (found.st_uid, found.st_gid) if os.geteuid() == 0 else None
        write_whole(self.site_file, text.encode(), mode=stat.S_IMODE(found.st_mode), owner=owner)

    def ledger(self) -> Ledger:
        """Return the ledger; an empty one if there is none.

        Raises:
            LedgerDamaged: It can't be read.
        """
        path = self._folder / _LEDGER
        try:
            return msgspec.json.decode(path.read_bytes(), type=Ledger)
        except FileNotFoundError:
            return Ledger()
        except (OSError, msgspec.MsgspecError) as error:
            raise LedgerDamaged(f"{path} can't be read ({error}): remove it; the site file stays as it is") from error

    def write_ledger(self, ledger: Ledger) -> None:
        """Replace the ledger, and then delete the texts that it no longer names.

        Raises:
            OSError: It can't be written.
        """
        self._write(_LEDGER, msgspec.json.format(msgspec.json.encode(ledger), indent=1))
        named = {name for entry in ledger.entries for name in (entry.change.old, entry.change.new)}
        named |= {ledger.trial.change.old, ledger.trial.change.new} if ledger.trial is not None else set()
        named |= {ledger.staged.hash} if ledger.staged is not None else set()
        for path in self._folder.glob("*.yaml"):
            if path.stem not in named:
                path.unlink(missing_ok=True)

    def keep(self, text: str) -> str:
        """Keep a text under its hash, and return the hash. The next ledger must name it.

        Raises:
            OSError: It can't be written.
        """
        name = hash_of_text(text)
        if not (self._folder / f"{name}.yaml").exists():
            self._write(f"{name}.yaml", text.encode())
        return name

    def text(self, name: str) -> str:
        """Return a text by its hash.

        Raises:
            ConfigError: It is not there any more.
        """
        return read_text(self._folder / f"{name}.yaml")

    def _write(self, name: str, content: bytes) -> None:
        owner = heir_of(self._folder.parent)
        write_whole(self._folder / name, content, owner=owner)
