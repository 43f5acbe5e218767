"""Changes of a repository that are staged: they count when root or targets are signed, and published."""

import copy
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec
from securesystemslib.signer import Key
from tuf.api.metadata import TargetFile

from firmware_tools.image.release import FirmwareRelease, GatewayRelease
from firmware_tools.repository.client import hashed_name
from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.workbench import PUBLIC_MODE, Workbench
from gateway.host.files import locked, replacing


def add(bench: Workbench, image: Path, name: str, release: FirmwareRelease | GatewayRelease, now: datetime) -> TargetFile:
    """Stage an image with its release.

    Args:
        bench: The folder of the repository.
        image: The file.
        name: Its name in the repository, a path with forward slashes.
        release: What is signed about it.
        now: The time from which the metadata is good.

    Raises:
        RepositoryError: The name is taken by another image.
        OSError: A file can't be read or written.
    """
    with locked(bench.folder):
        targets = bench.current_targets()
        target = TargetFile.from_file(name, str(image), ["sha256"])
        target.unrecognized_fields["custom"] = msgspec.to_builtins(release)
        known = targets.targets.get(name)
        if known is not None and known.hashes != target.hashes:
            raise RepositoryError(
                f"the repository has another image with the name {name}: choose another version, or withdraw it first",
                f"il repository ha un'altra immagine con il nome {name}: scegli un'altra versione, o prima ritirala",
            )
        stored = bench.staged / "images" / hashed_name(target)
        stored.parent.mkdir(parents=True, exist_ok=True)
        with replacing(stored, mode=PUBLIC_MODE) as copied, image.open("rb") as content:
            shutil.copyfileobj(content, copied)
        targets.targets[name] = target
        bench.stage_targets(targets, now)
        return target


def withdraw(bench: Workbench, name: str, now: datetime) -> None:
    """Stage the targets without one of them.

    Raises:
        RepositoryError: There is none with this name.
    """
    with locked(bench.folder):
        targets = bench.current_targets()
        if targets.targets.pop(name, None) is None:
            raise RepositoryError(
                f"the repository has no image with the name {name}: 'firmware repo list {bench.folder}' lists all",
                f"il repository non ha un'immagine con il nome {name}: 'firmware repo list {bench.folder}' le elenca",
            )
        bench.stage_targets(targets, now)


def renew(bench: Workbench, roles: Iterable[str], now: datetime) -> None:
    """Stage root or targets as they are, with a new expiry."""
    with locked(bench.folder):
        if "root" in roles:
            bench.stage_root(copy.deepcopy(bench.root().signed), now)
        if "targets" in roles:
            bench.stage_targets(bench.current_targets(), now)


def rotate(bench: Workbench, role: str, old: str | None, new: Key, now: datetime) -> str:
    """Stage a root in which a role has a new key instead of an old one, and return the id of the old one.

    Args:
        bench: The folder of the repository.
        role: Whose key.
        old: The beginning of the id of the key to replace; None if the role has only one.
        new: The key that replaces it.
        now: The time from which the metadata is good.

    Raises:
        RepositoryError: No key of the role, or more than one, has such an id.
    """
    with locked(bench.folder):
        root = copy.deepcopy(bench.root().signed)
        ids = [keyid for keyid in root.roles[role].keyids if keyid.startswith(old or "")]
        if len(ids) != 1:
            known = ", ".join(keyid[:8] for keyid in root.roles[role].keyids)
            raise RepositoryError(
                f"say which key of {role} is replaced, with --key: it has {known}",
                f"indica quale chiave di {role} viene sostituita, con --key: ha {known}",
            )
        root.revoke_key(ids[0], role)
        root.add_key(new, role)
        bench.stage_root(root, now)
        if role == "targets":
            bench.stage_targets(bench.current_targets(), now)  # which only the old key has signed
        return ids[0]
