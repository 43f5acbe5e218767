"""The folder of the people who make a repository: what is published, what waits for signatures, and the keys that sign without them.

    repository.json         for how many days each role's metadata is good
    keys/                   the keys of snapshot and timestamp, which sign at every publication
    staged/                 root.json, targets.json and images that are not published yet; published-root.json beside them
    published/metadata/     what clients read, with targets/
    published/targets/

Root and targets are signed where their keys are, usually on another machine: the files in staged/ go there and come back.
"""

import copy
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import msgspec
from securesystemslib.signer import SSlibKey
from tuf.api import exceptions
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.keys import make_key, next_key
from gateway.host.files import write_whole

OFFLINE = ("root", "targets")
ONLINE = ("snapshot", "timestamp")

_Kind = TypeVar("_Kind", Root, Targets, Snapshot, Timestamp)

PUBLIC_MODE = 0o644
"""Metadata and images are for everybody; keys are not."""

_Days = Annotated[int, msgspec.Meta(ge=1, le=3650)]


class RoleLifetimes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how many days the metadata of each role is good from when it is made."""

    root: _Days = 730
    targets: _Days = 365
    snapshot: _Days = 30
    timestamp: _Days = 14


class RoleKeys(NamedTuple):
    """The public keys of a role, and how many of them must sign."""

    keys: list[SSlibKey]
    threshold: int


class Workbench:
    """The folder in which a repository is made. Every change keeps to one writer at a time."""

    def __init__(self, folder: Path) -> None:
        """Open a folder.

        Raises:
            RepositoryError: It is not the folder of a repository.
        """
        self.folder = folder
        self.staged, self.metadata, self.targets = folder / "staged", folder / "published" / "metadata", folder / "published" / "targets"
        try:
            self.lifetimes = msgspec.json.decode((folder / "repository.json").read_bytes(), type=RoleLifetimes)
        except FileNotFoundError as error:
            raise RepositoryError(
                f"{folder} is not the folder of a repository: 'firmware repo init {folder}' makes one",
                f"{folder} non è la cartella di un repository: 'firmware repo init {folder}' ne crea una",
            ) from error
        except msgspec.DecodeError as error:
            raise RepositoryError(
                f"{folder}/repository.json can't be used: {error}", f"{folder}/repository.json non si può usare: {error}"
            ) from error

    def root(self) -> Metadata[Root]:
        """Return the root that the staged files are for: the staged one, or the published one."""
        return self.staged_root() or self.published_root()

    def staged_root(self) -> Metadata[Root] | None:
        """Return the root that waits for signatures; None if there is none."""
        return read_metadata(self.staged / "root.json", Root)

    def staged_targets(self) -> Metadata[Targets] | None:
        """Return the targets that wait for signatures; None if there are none."""
        return read_metadata(self.staged / "targets.json", Targets)

    def published_root(self) -> Metadata[Root]:
        """Return the published root of the newest version.

        Raises:
            RepositoryError: None was published yet.
        """
        found = self._newest("root", Root)
        if found is None:
            raise RepositoryError(
                f"{self.folder} has nothing published yet: sign it and run 'firmware repo publish {self.folder}'",
                f"{self.folder} non ha ancora pubblicato nulla: firmalo ed esegui 'firmware repo publish {self.folder}'",
            )
        return found

    def published_targets(self) -> Metadata[Targets] | None:
        """Return the published targets of the newest version."""
        return self._newest("targets", Targets)

    def current_targets(self) -> Targets:
        """Return a copy of the targets that will be published next, or that are published."""
        found = self.staged_targets() or self.published_targets()
        return copy.deepcopy(found.signed) if found is not None else Targets(version=0)

    def newest_version(self, role: str) -> int:
        """Return the newest version of a role's metadata among the published files; 0 if there is none."""
        names = (file.name.partition(".")[0] for file in self.metadata.glob(f"*.{role}.json"))
        return max((int(name) for name in names if name.isdecimal()), default=0)

    @property
    def online_keys(self) -> Path:
        """The folder of the keys with which snapshot and timestamp are signed."""
        return self.folder / "keys"

    def _newest(self, role: str, kind: type[_Kind]) -> Metadata[_Kind] | None:
        return read_metadata(self.metadata / f"{self.newest_version(role)}.{role}.json", kind)

    def stage_root(self, root: Root, now: datetime) -> None:
        """Stage a root without signatures, of the version after the published one."""
        root.version = self.newest_version("root") + 1
        root.expires = now + timedelta(days=self.lifetimes.root)
        write_metadata(self.staged / "root.json", Metadata(root))

    def stage_targets(self, targets: Targets, now: datetime) -> None:
        """Stage targets without signatures, of the version after the published ones."""
        targets.version = self.newest_version("targets") + 1
        targets.expires = now + timedelta(days=self.lifetimes.targets)
        write_metadata(self.staged / "targets.json", Metadata(targets))


def make_workbench(folder: Path, offline: Mapping[str, RoleKeys], lifetimes: RoleLifetimes, now: datetime) -> Workbench:
    """Make the folder of a new repository, with the keys of snapshot and timestamp, and stage its first root and empty targets.

    Args:
        folder: Where; empty or not there yet.
        offline: The public keys of root and targets, and how many of them must sign.
        lifetimes: For how long metadata is good.
        now: The time from which it is.

    Raises:
        RepositoryError: The folder is not empty.
        OSError: It can't be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise RepositoryError(
            f"{folder} is not empty: a repository is made in a folder of its own",
            f"{folder} non è vuota: un repository si crea in una cartella propria",
        )
    for part in ("staged", "published/metadata", "published/targets"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    root = Root(version=1, consistent_snapshot=True)
    for role, keys in offline.items():
        for key in keys.keys:
            root.add_key(key, role)
        root.roles[role].threshold = keys.threshold
    for role in ONLINE:
        root.add_key(make_key(next_key(folder / "keys", role), None), role)
    write_whole(folder / "repository.json", msgspec.json.format(msgspec.json.encode(lifetimes)), mode=PUBLIC_MODE)
    bench = Workbench(folder)
    bench.stage_root(root, now)
    bench.stage_targets(Targets(), now)
    return bench


def read_metadata(file: Path, kind: type[_Kind]) -> Metadata[_Kind] | None:
    """Return the metadata in a file, without verifying signatures; None if there is no file.

    Raises:
        RepositoryError: It is no metadata of this kind.
    """
    if not file.is_file():
        return None
    try:
        found: Metadata[_Kind] = Metadata.from_bytes(file.read_bytes())
    except exceptions.RepositoryError as error:
        raise RepositoryError(f"{file} is damaged: {error}", f"{file} è danneggiato: {error}") from error
    if not isinstance(found.signed, kind):
        raise RepositoryError(f"{file} has the metadata of {found.signed.type}", f"{file} contiene i metadati di {found.signed.type}")
    return found


def write_metadata(file: Path, metadata: Metadata[_Kind]) -> bytes:
    """Write metadata to a file, and return its content."""
    content = metadata.to_bytes(JSONSerializer(compact=True))
    write_whole(file, content, mode=PUBLIC_MODE)
    return content
