"""Whether the files and folders that a site file names can be used by this user."""

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from gateway.host.checks.finding import Finding, Sentence
from gateway.host.files import SecretError, check_secret

MOST_BYTES = 1 << 20
"""A larger file is no certificate and no password."""


def own_user() -> str:
    """Return the name of the user that runs this program."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def as_the_service(what: str, it: str) -> Sentence:
    """Return what to do about something that this user may not use; `what` and `it` say what it must be allowed, such as `read it`."""
    return Sentence(
        f"let {own_user()} {what}, or run this check as the user of the service: sudo -u USER gateway check …",
        f"permetti a {own_user()} di {it}, o esegui questo controllo come l'utente del servizio: sudo -u UTENTE gateway check …",
    )


def unreadable(key: str, path: Path, most_bytes: int = MOST_BYTES) -> Finding | None:
    """Return why a file can't be read; None if it can. Devices and pipes are not opened: they could wait for ever."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return Finding(key, Sentence(f"{path} is not a file", f"{path} non è un file"), Sentence("name a file", "indica un file"))
        if found.st_size > most_bytes:
            return Finding(
                key,
                Sentence(f"{path} is too large: {found.st_size} bytes", f"{path} è troppo grande: {found.st_size} byte"),
                Sentence(f"name a file of at most {most_bytes} bytes", f"indica un file di al massimo {most_bytes} byte"),
            )
        with path.open("rb"):
            return None
    except PermissionError:
        what = Sentence(f"{path} can't be read by {own_user()}", f"{own_user()} non può leggere {path}")
        return Finding(key, what, as_the_service("read it", "leggerlo"))
    except OSError as error:
        return Finding(
            key,
            Sentence(f"{path} can't be read: {error.strerror}", f"{path} non si può leggere: {error.strerror}"),
            Sentence("put the file there, or correct its path", "metti lì il file, o correggi il percorso"),
        )


def secret_findings(key: str, name: str) -> Iterator[Finding]:
    """Yield what is wrong with the file of a password or token."""
    path = Path(os.path.expandvars(name))
    if "$" in str(path):
        return  # a folder of systemd, which exists only while the service runs
    missing = unreadable(key, path)
    if missing is not None:
        yield missing
        return
    yield from open_to_others(key, path)
    if not path.read_bytes().strip():
        yield Finding(
            key,
            Sentence(f"{path} is empty", f"{path} è vuoto"),
            Sentence("write the password or token into it", "scrivici la password o il token"),
        )


def private_findings(key: str, name: str) -> Iterator[Finding]:
    """Yield what is wrong with a file that others must not read: that it is missing, or that they can."""
    path = Path(os.path.expandvars(name))
    if "$" in str(path):
        return
    missing = unreadable(key, path)
    if missing is not None:
        yield missing
    else:
        yield from open_to_others(key, path)


def open_to_others(key: str, path: Path) -> Iterator[Finding]:
    """Yield that other users can read the file of a secret, if they can."""
    try:
        check_secret(path)
    except SecretError as error:
        what, _, instead = str(error).partition(": ")
        yield Finding(key, Sentence(what, f"altri utenti possono leggere {path}"), Sentence(instead, f"esegui chmod 600 {path}"))


def file_findings(key: str, name: str) -> Iterator[Finding]:
    """Yield why a file whose content does not matter here can't be read."""
    missing = unreadable(key, Path(name), most_bytes=1 << 40)
    if missing is not None:
        yield missing


def data_findings(key: str, name: str, *, is_default: bool) -> Iterator[Finding]:
    """Yield why a file of data can't be written, in a folder that exists or is made at the first start.

    The default folder may be missing: systemd makes it.
    """
    path = Path(name)
    folder = path.parent
    if path.exists() and not os.access(path, os.W_OK):
        what = Sentence(f"{path} can't be written by {own_user()}", f"{own_user()} non può scrivere {path}")
        yield Finding(key, what, as_the_service("write it", "scriverlo"))
    elif not folder.exists():
        above = next(parent for parent in folder.absolute().parents if parent.exists())
        if not is_default and not os.access(above, os.W_OK):
            yield Finding(
                key,
                Sentence(f"the folder {folder} does not exist", f"la cartella {folder} non esiste"),
                Sentence(
                    f"make it, and let the user of the service write there: mkdir -p {folder}",
                    f"creala, e permetti all'utente del servizio di scriverci: mkdir -p {folder}",
                ),
            )
    elif not folder.is_dir():
        what = Sentence(f"{folder} is not a folder", f"{folder} non è una cartella")
        yield Finding(key, what, Sentence("correct the path", "correggi il percorso"))
    elif not os.access(folder, os.W_OK):
        what = Sentence(f"{own_user()} can't write in the folder {folder}", f"{own_user()} non può scrivere nella cartella {folder}")
        yield Finding(key, what, as_the_service("write there", "scriverci"))
