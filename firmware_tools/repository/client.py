"""Reads a repository as The Update Framework demands (specification 1.0.33, section 5): what is not signed, too old or mixed is refused.

The framework's own set of trusted metadata judges; this module brings it the files and remembers what was trusted. Its `Updater` is not
used: it writes files without fsync, so a power cut could erase what protects from a rollback, and it asks the machine's clock for the time.
"""

import io
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tuf.api import exceptions
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

from firmware_tools.image.release import FirmwareTarget, GatewayTarget, signed_target
from firmware_tools.repository import refusals
from firmware_tools.repository.errors import RepositoryRefused
from firmware_tools.repository.source import FileAbsent, RepositorySource
from gateway.host.files import replacing, write_whole

_ROOT_BYTES_MOST = 1 << 18
_TIMESTAMP_BYTES_MOST = 1 << 14
_SNAPSHOT_BYTES_MOST = 1 << 18
_TARGETS_BYTES_MOST = 4 << 20
"""A thousand releases with notes in two languages take about 1 MiB."""

_ROTATIONS_MOST = 256

_MODE = 0o644
"""Nothing in a repository is secret."""

log = logging.getLogger(__name__)


class RoleDates(NamedTuple):
    """The metadata of one role: its version, when it expires (ms since 1970), and how many of its keys must sign it."""

    role: str
    version: int
    expires_ms: int
    keys: int
    threshold: int


class VerifiedRepository:
    """A repository that is read from an untrusted source, with what was trusted of it before in a folder.

    Two that use the same folder at the same time are not supported.
    """

    def __init__(self, source: RepositorySource, folder: Path, root: bytes, now_ms: Callable[[], int | None]) -> None:
        """Begin with what was trusted before.

        Args:
            source: Where its files come from.
            folder: Where trusted metadata and images are kept; made if it does not exist.
            root: The metadata `root.json` that a person has put in place, of any version.
            now_ms: The time in milliseconds since 1970; None while the clock is not trusted.
        """
        self._source, self._folder, self._root, self._now_ms = source, folder, root, now_ms
        self._trusted: TrustedMetadataSet | None = None

    async def refresh(self) -> None:
        """Fetch and verify all metadata.

        Raises:
            RepositoryRefused: It is not trusted.
            RepositoryUnreachable: It was not received.
            OSError: What is trusted can't be stored.
        """
        now_ms = self._now_ms()
        if now_ms is None:
            raise refusals.untrusted_clock()
        try:
            trusted = TrustedMetadataSet(self._root, EnvelopeType.METADATA)
        except exceptions.RepositoryError as error:
            raise RepositoryRefused(
                "root",
                "the root metadata that this machine trusts is damaged: put the repository's root.json in place again",
                "il root.json di cui si fida questa macchina è danneggiato: rimetti al suo posto quello del repository",
            ) from error
        trusted.reference_time = datetime.fromtimestamp(now_ms / 1000, UTC)
        (self._folder / "roots").mkdir(parents=True, exist_ok=True)
        await self._refresh_root(trusted)
        await self._refresh_timestamp(trusted)
        await self._refresh_snapshot(trusted)
        await self._refresh_targets(trusted)
        self._trusted = trusted

    def firmware(self) -> dict[str, FirmwareTarget]:
        """Return all firmware of the repository by the names of their images, as it was at the last refresh."""
        return {name: found for name, found in self._signed().items() if isinstance(found, FirmwareTarget)}

    def gateways(self) -> dict[str, GatewayTarget]:
        """Return all releases of the gateway by the names of their archives, as it was at the last refresh."""
        return {name: found for name, found in self._signed().items() if isinstance(found, GatewayTarget)}

    def roles(self) -> list[RoleDates]:
        """Return the state of every role, as it was at the last refresh."""
        trusted = self._refreshed()
        found = []
        for role in refusals.ROLES:
            signed, keys = trusted[role], trusted.root.roles[role]
            found.append(RoleDates(role, signed.version, int(signed.expires.timestamp() * 1000), len(keys.keyids), keys.threshold))
        return found

    async def image(self, name: str) -> Path:
        """Return the file of an image, which is fetched unless it is there already. It was verified just now.

        Raises:
            RepositoryRefused: Nothing with this name was signed, or the image is another one.
            RepositoryUnreachable: It was not received.
            OSError: It can't be stored.
        """
        target = self._refreshed().targets.targets.get(name)
        if target is None:
            raise refusals.unknown_target(name)
        folder = self._folder / "images"
        folder.mkdir(parents=True, exist_ok=True)
        stored = folder / f"{_sha256(target)}.{name.rpartition('/')[2]}"
        if not _is_image(stored, target):
            with replacing(stored, mode=_MODE) as file:
                try:
                    await self._source.fetch(f"targets/{hashed_name(target)}", target.length, file)
                except FileAbsent as error:
                    raise refusals.missing(name) from error
                file.seek(0)
                try:
                    target.verify_length_and_hashes(file)
                except exceptions.LengthOrHashMismatchError as error:
                    raise refusals.altered(name) from error
        return stored

    def forget_images(self, but: set[str]) -> None:
        """Delete the images that were fetched, except those with these names of targets."""
        targets = self._refreshed().targets.targets
        kept = {f"{_sha256(targets[name])}.{name.rpartition('/')[2]}" for name in but if name in targets}
        for file in (self._folder / "images").glob("*"):
            if file.name not in kept:
                file.unlink()

    def _refreshed(self) -> TrustedMetadataSet:
        if self._trusted is None:
            raise RuntimeError("refresh first")
        return self._trusted

    def _signed(self) -> dict[str, FirmwareTarget | GatewayTarget]:
        found = (
            (name, signed_target(name, one.length, _sha256(one), one.custom)) for name, one in self._refreshed().targets.targets.items()
        )
        return {name: target for name, target in found if target is not None}

    async def _refresh_root(self, trusted: TrustedMetadataSet) -> None:
        """Follow the rotations of root's keys, one version after the other."""
        for _ in range(_ROTATIONS_MOST):
            name = f"{trusted.root.version + 1}.root.json"
            stored = self._folder / "roots" / name
            if stored.is_file():
                try:
                    trusted.update_root(stored.read_bytes())
                    continue
                except exceptions.RepositoryError:
                    log.info("the stored %s does not follow from the trusted one; it is fetched again", name)
            try:
                content = await self._fetch(f"metadata/{name}", _ROOT_BYTES_MOST)
            except FileAbsent:
                return
            try:
                trusted.update_root(content)
            except exceptions.RepositoryError as error:
                raise refusals.refusal_of(error, Root.type) from error
            write_whole(stored, content, mode=_MODE)

    async def _refresh_timestamp(self, trusted: TrustedMetadataSet) -> None:
        stored = self._stored(Timestamp.type)
        if stored is not None:
            try:
                trusted.update_timestamp(stored)
            except exceptions.RepositoryError:
                log.debug("the stored timestamp is only good for comparison")
        content = await self._required("timestamp.json", _TIMESTAMP_BYTES_MOST)
        try:
            trusted.update_timestamp(content)
        except exceptions.EqualVersionNumberError:
            return
        except exceptions.RepositoryError as error:
            raise _refusal(error, Timestamp.type, trusted, content) from error
        self._store(Timestamp.type, content)

    async def _refresh_snapshot(self, trusted: TrustedMetadataSet) -> None:
        stored = self._stored(Snapshot.type)
        if stored is not None:
            try:
                trusted.update_snapshot(stored, trusted=True)
            except exceptions.RepositoryError:
                log.debug("the stored snapshot is only good for comparison")
            else:
                return
        meta = trusted.timestamp.snapshot_meta
        content = await self._required(f"{meta.version}.snapshot.json", meta.length or _SNAPSHOT_BYTES_MOST)
        try:
            trusted.update_snapshot(content)
        except exceptions.RepositoryError as error:
            raise _refusal(error, Snapshot.type, trusted, content, named=meta.version) from error
        self._store(Snapshot.type, content)

    async def _refresh_targets(self, trusted: TrustedMetadataSet) -> None:
        stored = self._stored(Targets.type)
        if stored is not None:
            try:
                trusted.update_targets(stored)
            except exceptions.RepositoryError:
                log.debug("the stored targets are of an older version")
            else:
                return
        meta = trusted.snapshot.meta.get("targets.json")
        if meta is None:
            raise refusals.mixed(Targets.type)
        content = await self._required(f"{meta.version}.targets.json", meta.length or _TARGETS_BYTES_MOST)
        try:
            trusted.update_targets(content)
        except exceptions.RepositoryError as error:
            raise _refusal(error, Targets.type, trusted, content, named=meta.version) from error
        self._store(Targets.type, content)

    async def _required(self, name: str, most_bytes: int) -> bytes:
        """Return metadata that must be there."""
        try:
            return await self._fetch(f"metadata/{name}", most_bytes)
        except FileAbsent as error:
            raise refusals.missing(name) from error

    async def _fetch(self, name: str, most_bytes: int) -> bytes:
        into = io.BytesIO()
        await self._source.fetch(name, most_bytes, into)
        return into.getvalue()

    def _stored(self, role: str) -> bytes | None:
        file = self._folder / f"{role}.json"
        return file.read_bytes() if file.is_file() else None

    def _store(self, role: str, content: bytes) -> None:
        write_whole(self._folder / f"{role}.json", content, mode=_MODE)


def hashed_name(target: TargetFile) -> str:
    """Return the path of an image below `targets/`: with its hash before its name, so that no two contents have one name."""
    folder, slash, name = target.path.rpartition("/")
    return f"{folder}{slash}{_sha256(target)}.{name}"


def _sha256(target: TargetFile) -> str:
    try:
        return target.hashes["sha256"]
    except KeyError as error:
        raise refusals.malformed(Targets.type) from error


def _is_image(file: Path, target: TargetFile) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as content:
        try:
            target.verify_length_and_hashes(content)
        except exceptions.LengthOrHashMismatchError:
            return False
    return True


def _refusal(
    error: exceptions.RepositoryError, role: str, trusted: TrustedMetadataSet, content: bytes, *, named: int | None = None
) -> RepositoryRefused:
    """Return the refusal of new metadata, or of that above it, which the framework judges again with the new one.

    Args:
        error: What the framework reports.
        role: The role of the new metadata.
        trusted: What was trusted until then.
        content: The new metadata; where its version or its expiry is the reason, its signatures were verified.
        named: The version that the metadata above it names.
    """
    if isinstance(error, exceptions.BadVersionNumberError):
        belongs = named is None or Metadata.from_bytes(content).signed.version == named
        return refusals.rolled_back(role) if belongs else refusals.mixed(role)
    if not isinstance(error, exceptions.ExpiredMetadataError):
        return refusals.refusal_of(error, role)
    for above in (Root.type, Timestamp.type, Snapshot.type):
        if above in trusted and trusted[above].is_expired(trusted.reference_time):
            return refusals.expired(above, trusted[above].expires)
    return refusals.expired(role, Metadata.from_bytes(content).signed.expires)
