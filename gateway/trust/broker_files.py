"""The broker's files: how they differ from what is there, written whole, and reloaded by the broker that runs."""

import difflib
import os
import pwd
import signal
import stat
import subprocess
from pathlib import Path

from gateway.host.files import write_whole
from gateway.trust.access_rules import MADE
from gateway.trust.authority import BrokerIdentity

_READABLE = 0o644
"""The mode of a file that is new: these have no secrets, and mosquitto, which runs as a user of its own, must be able to read them."""


class ReloadError(Exception):
    """The broker could not be told to read its files again; the message says what to do, in English and Italian."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.italian = italian


def difference(path: Path, content: str) -> str:
    """Return how a content differs from a file, as a unified difference; empty if it does not.

    Raises:
        OSError: The file can't be read.
    """
    old = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    lines = difflib.unified_diff(old.splitlines(keepends=True), content.splitlines(keepends=True), str(path), str(path))
    return "".join(lines)


def replace_file(path: Path, content: str) -> Path | None:
    """Write a file whole, with the owner and mode that it had; one that somebody else made is kept beside it.

    Returns:
        Where the file that somebody else made is now, or None if there was none.

    Raises:
        OSError: It can't be written.
    """
    if not path.exists():
        write_whole(path, content.encode(), mode=_READABLE)
        return None
    old, was = path.read_bytes(), path.stat()
    mode, owner = stat.S_IMODE(was.st_mode), (was.st_uid, was.st_gid)
    aside = None if old.startswith(MADE.encode()) else path.with_name(f"{path.name}.old")
    if aside is not None:
        write_whole(aside, old, mode=mode, owner=owner)
    write_whole(path, content.encode(), mode=mode, owner=owner)
    return aside


def write_certificates(folder: Path, authority: bytes, revoked: bytes, identity: BrokerIdentity | None) -> list[Path]:
    """Write what the broker needs for TLS, and return the files: its own key first, so that only mosquitto can read it.

    Raises:
        OSError: They can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {"authority.pem": authority, "revoked.pem": revoked}
    if identity is not None:
        write_whole(folder / "broker.key", identity.key, owner=_mosquitto())
        files = {"broker.pem": identity.certificate} | files
    for name, content in files.items():
        write_whole(folder / name, content, mode=_READABLE)
    return ([folder / "broker.key"] if identity is not None else []) + [folder / name for name in files]


def _mosquitto() -> tuple[int, int] | None:
    """Return the user and group of mosquitto, or None if there is none, or if this process can't give files away."""
    try:
        user = pwd.getpwnam("mosquitto")
    except KeyError:
        return None
    return (user.pw_uid, user.pw_gid) if os.geteuid() == 0 else None


def reload_broker(which: str) -> None:
    """Make mosquitto read its files again: that of a process id, or the service of systemd if `which` is "systemd".

    Raises:
        ReloadError: There is no such broker, or it can't be reached.
    """
    if which == "systemd":
        done = subprocess.run(["systemctl", "reload", "mosquitto"], capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip()
            raise ReloadError(
                f"mosquitto was not reloaded: {said}; see 'systemctl status mosquitto'",
                f"mosquitto non ha ricaricato i file: {said}; vedi 'systemctl status mosquitto'",
            )
        return
    try:
        name = Path(f"/proc/{int(which)}/comm").read_text(encoding="utf-8").strip()
        if name != "mosquitto":
            raise ReloadError(
                f"process {which} is '{name}', not mosquitto: 'pidof mosquitto' prints the right number",
                f"il processo {which} è '{name}', non mosquitto: 'pidof mosquitto' stampa il numero giusto",
            )
        os.kill(int(which), signal.SIGHUP)
    except OSError as error:
        raise ReloadError(
            f"process {which} can't be reloaded: {error.strerror}; 'pidof mosquitto' prints the number",
            f"il processo {which} non può ricaricare i file: {error.strerror}; 'pidof mosquitto' stampa il numero",
        ) from error
