"""Publishes what is staged and signed, and renews snapshot and timestamp.

The order is that in which no client sees half of it: images, root, targets, snapshot, and last the timestamp, which names all of it. Killed
in between, the next run goes on.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tuf.api import exceptions
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

from firmware_tools.repository.client import hashed_name
from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.keys import read_signer
from firmware_tools.repository.signing import PUBLISHED_ROOT, SignatureCount, StagedFiles
from firmware_tools.repository.workbench import PUBLIC_MODE, Workbench, read_metadata, write_metadata
from gateway.host.files import locked, replacing, write_whole


class Publication(NamedTuple):
    """What was published: the versions of the roles, and the images that are new."""

    root: int
    targets: int
    snapshot: int
    timestamp: int
    images: list[str]


def publish(bench: Workbench, now: datetime) -> Publication:
    """Publish what is staged, if anything, with a new timestamp.

    Raises:
        RepositoryError: Something staged lacks signatures, or a key can't be used.
        OSError: A file can't be read or written.
    """
    with locked(bench.folder):
        root, targets = _signed_root(bench), _signed_targets(bench)
        images = _publish_images(bench, targets.signed)
        write_metadata(bench.metadata / f"{root.signed.version}.root.json", root)
        content = write_metadata(bench.metadata / f"{targets.signed.version}.targets.json", targets)
        snapshot = _publish_snapshot(bench, root.signed, MetaFile.from_data(targets.signed.version, content, ["sha256"]), now)
        timestamp = _publish_timestamp(bench, root.signed, snapshot, now)
        write_metadata(bench.staged / PUBLISHED_ROOT, root)
        for name in ("root.json", "targets.json"):
            (bench.staged / name).unlink(missing_ok=True)
        return Publication(root.signed.version, targets.signed.version, snapshot.version, timestamp, images)


def copy_published(bench: Workbench, to: Path) -> None:
    """Copy what is published to another folder, as that of a web server, in the order in which no client sees half of it.

    Raises:
        OSError: A file can't be read or written.
    """
    with locked(bench.folder):
        published = bench.folder / "published"
        files = sorted(published.rglob("*"), key=lambda file: (file.name == "timestamp.json", file))
        for file in files:
            copied = to / file.relative_to(published)
            if file.is_dir():
                copied.mkdir(parents=True, exist_ok=True)
            elif not _alike(file, copied):
                copied.parent.mkdir(parents=True, exist_ok=True)
                with replacing(copied, mode=PUBLIC_MODE) as written, file.open("rb") as content:
                    shutil.copyfileobj(content, written)


def _alike(file: Path, copied: Path) -> bool:
    """Return whether a file was copied already: names with a version or a hash never get another content."""
    return file.name != "timestamp.json" and copied.is_file() and copied.stat().st_size == file.stat().st_size


def _signed_root(bench: Workbench) -> Metadata[Root]:
    staged = bench.staged_root()
    if staged is None:
        return bench.published_root()
    _require_signatures(bench, "root.json")
    return staged


def _signed_targets(bench: Workbench) -> Metadata[Targets]:
    staged = bench.staged_targets()
    if staged is None:
        published = bench.published_targets()
        if published is None:
            raise RepositoryError(f"{bench.folder} has no targets.json", f"{bench.folder} non ha targets.json")
        return published
    _require_signatures(bench, "targets.json")
    return staged


def _require_signatures(bench: Workbench, file: str) -> None:
    for count in StagedFiles(bench.staged).counts():
        if count.file == file and not count.enough:
            raise RepositoryError(_unsigned(count, bench), _unsigned_it(count, bench))


def _unsigned(count: SignatureCount, bench: Workbench) -> str:
    keys = ", ".join(count.missing)
    return (
        f"{count.file} has {count.signed} of {count.threshold} signatures of {count.by}: "
        f"sign it with 'firmware repo sign {bench.folder}' (keys that have not: {keys})"
    )


def _unsigned_it(count: SignatureCount, bench: Workbench) -> str:
    keys = ", ".join(count.missing)
    return (
        f"{count.file} ha {count.signed} firme su {count.threshold} di {count.by}: "
        f"firmalo con 'firmware repo sign {bench.folder}' (chiavi che mancano: {keys})"
    )


def _publish_images(bench: Workbench, targets: Targets) -> list[str]:
    """Move the staged images that the targets name to the published ones, and delete the others."""
    names = {hashed_name(target) for target in targets.targets.values()}
    staged, moved = bench.staged / "images", []
    for file in sorted(staged.rglob("*")):
        name = file.relative_to(staged).as_posix()
        if name in names:
            published = bench.targets / name
            published.parent.mkdir(parents=True, exist_ok=True)
            file.replace(published)
            moved.append(name)
    shutil.rmtree(staged, ignore_errors=True)
    return moved


def _publish_snapshot(bench: Workbench, root: Root, targets: MetaFile, now: datetime) -> MetaFile:
    """Return the newest snapshot; a new one unless it names these targets, is signed by today's key and is not half over."""
    version = bench.newest_version("snapshot")
    file = bench.metadata / f"{version}.snapshot.json"
    found = read_metadata(file, Snapshot)
    if found is not None and found.signed.meta["targets.json"] == targets and found.signed.expires - now > _half(bench.lifetimes.snapshot):
        try:
            root.verify_delegate("snapshot", found.signed_bytes, found.signatures)
            return MetaFile.from_data(version, file.read_bytes(), ["sha256"])
        except exceptions.UnsignedMetadataError:
            pass  # by the key before a rotation
    snapshot = Snapshot(version + 1, expires=now + timedelta(days=bench.lifetimes.snapshot), meta={"targets.json": targets})
    content = _sign_online(bench, root, Metadata(snapshot))
    write_whole(bench.metadata / f"{version + 1}.snapshot.json", content, mode=PUBLIC_MODE)
    return MetaFile.from_data(version + 1, content, ["sha256"])


def _publish_timestamp(bench: Workbench, root: Root, snapshot: MetaFile, now: datetime) -> int:
    file = bench.metadata / "timestamp.json"
    found = read_metadata(file, Timestamp)
    version = found.signed.version + 1 if found is not None else 1
    timestamp = Timestamp(version, expires=now + timedelta(days=bench.lifetimes.timestamp), snapshot_meta=snapshot)
    write_whole(file, _sign_online(bench, root, Metadata(timestamp)), mode=PUBLIC_MODE)
    return version


def _sign_online(bench: Workbench, root: Root, metadata: Metadata[Snapshot] | Metadata[Timestamp]) -> bytes:
    """Sign with that key of the role that root names: after a rotation there are two until root is published."""
    role = metadata.signed.type
    for file in sorted(bench.online_keys.glob(f"{role}-*.pem")):
        signer = read_signer(file, _no_passphrase)
        if signer.public_key.keyid in root.roles[role].keyids:
            metadata.sign(signer)
            return metadata.to_bytes()
    raise RepositoryError(
        f"{bench.online_keys} has no key of {role} that the root names: put it there, or replace it with 'firmware repo rotate'",
        f"{bench.online_keys} non ha una chiave di {role} indicata dal root: mettila lì, o sostituiscila con 'firmware repo rotate'",
    )


def _no_passphrase(file: Path) -> str:
    raise RepositoryError(
        f"{file} has a passphrase: the keys of snapshot and timestamp sign without a person",
        f"{file} ha una passphrase: le chiavi di snapshot e timestamp firmano senza una persona",
    )


def _half(days: int) -> timedelta:
    return timedelta(days=days) / 2
