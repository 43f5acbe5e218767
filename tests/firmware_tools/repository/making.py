"""Makes repositories as a person does, and reads them as a gateway does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from firmware_tools.image.release import FirmwareRelease, GatewayRelease, ReleaseNote
from firmware_tools.repository.changes import add, rotate
from firmware_tools.repository.client import VerifiedRepository
from firmware_tools.repository.keys import make_key, next_key, read_signer
from firmware_tools.repository.publishing import publish
from firmware_tools.repository.signing import StagedFiles
from firmware_tools.repository.source import FolderSource, RepositorySource
from firmware_tools.repository.workbench import RoleKeys, RoleLifetimes, Workbench, make_workbench

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def release(version: str = "1.26.0", least_version: str | None = None) -> FirmwareRelease:
    note = ReleaseNote("Fixes K1", "Corregge K1")
    return FirmwareRelease("Wiren Board", "WBMR6C", version, "wirenboard", least_version=least_version, note=note)


class Maker:
    """A repository in `folder`/street-firmware with its offline keys in `folder`/keys."""

    def __init__(self, folder: Path, now: datetime = NOW, *, root_keys: int = 1, root_threshold: int = 1) -> None:
        self.folder, self.now = folder, now
        self.keys = folder / "keys"
        root = [make_key(self.keys / f"root-{number}.pem", None) for number in range(1, root_keys + 1)]
        targets = [make_key(self.keys / "targets-1.pem", None)]
        offline = {"root": RoleKeys(root, root_threshold), "targets": RoleKeys(targets, 1)}
        self.bench: Workbench = make_workbench(folder / "street-firmware", offline, RoleLifetimes(), now)

    @property
    def published(self) -> Path:
        return self.bench.folder / "published"

    @property
    def root(self) -> bytes:
        """The first root, as a person puts it in place at a gateway."""
        return (self.published / "metadata" / "1.root.json").read_bytes()

    def add(
        self,
        content: bytes = b"image",
        version: str = "1.26.0",
        made: FirmwareRelease | GatewayRelease | None = None,
        name: str | None = None,
    ) -> str:
        image = self.folder / "image.wbfw"
        image.write_bytes(content)
        found = name or f"wirenboard/WBMR6C/{version}/mr6c.wbfw"
        add(self.bench, image, found, made or release(version), self.now)
        return found

    def sign(self, *names: str) -> None:
        files = [self.keys / f"{name}.pem" for name in names] or sorted(self.keys.glob("*.pem"))
        StagedFiles(self.bench.staged).sign([read_signer(file, lambda _: "") for file in files])

    def online_key(self, role: str) -> Path:
        """Return the newest key of snapshot or timestamp."""
        return max(self.bench.online_keys.glob(f"{role}-*.pem"))

    def rotate_online(self, role: str) -> Path:
        """Stage a new key of snapshot or timestamp, and return the old one."""
        old = self.online_key(role)
        rotate(self.bench, role, None, make_key(next_key(self.bench.online_keys, role), None), self.now)
        return old

    def publish(self) -> None:
        if (self.bench.staged / "root.json").exists() or (self.bench.staged / "targets.json").exists():
            self.sign()
        publish(self.bench, self.now)

    def passes(self, days: float) -> None:
        self.now += timedelta(days=days)

    def client(
        self,
        state: Path,
        *,
        source: RepositorySource | None = None,
        root: bytes | None = None,
        clock: Callable[[], int | None] | None = None,
    ) -> VerifiedRepository:
        def now_ms() -> int:
            return int(self.now.timestamp() * 1000)

        return VerifiedRepository(source or FolderSource(self.published), state, root or self.root, clock or now_ms)
