"""The repository of signed firmware, as a running gateway reads it."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from firmware_tools.mirror.server import MirrorServer
from firmware_tools.repository.errors import RepositoryError
from gateway.edge.firmware.repository import EdgeRepository
from gateway.edge.services.parts import GatewayParts
from gateway.model.site.firmware import FirmwareSettings, RepositorySettings
from gateway.model.topics import GatewayId
from gateway.uplink.inbox import CentreInbox
from tests.firmware_tools.repository.making import Maker

ME = GatewayId("prato", "citelum", "gw-1")


class Edge:
    """The parts of a gateway that the repository uses, and a centre that answers its requests."""

    def __init__(self, folder: Path) -> None:
        self.maker = Maker(folder, datetime.now(UTC).replace(microsecond=0))
        self.name = self.maker.add(b"image" * 20_000)
        self.maker.publish()
        (folder / "root.json").write_bytes(self.maker.root)
        self.root, self.state = folder / "root.json", folder / "state"
        self.inbox, self.trusted = CentreInbox(), True
        self.requests = 0
        self.server = MirrorServer("prato", self.maker.published, self._to_gateway, 1e9)
        self.firmware = FirmwareSettings()

    def present(self) -> GatewayParts:
        parts: Any = SimpleNamespace(
            site=SimpleNamespace(id=ME, state=self.state, firmware=self.firmware),
            uplink=SimpleNamespace(mqtt=SimpleNamespace(publish=self._to_centre)),
            clock=SimpleNamespace(trusted_ms=lambda: int(datetime.now(UTC).timestamp() * 1000) if self.trusted else None),
            inbox=self.inbox,
        )
        return parts  # type: ignore[no-any-return]

    def read_from(self, source: str) -> None:
        self.firmware = FirmwareSettings(repository=RepositorySettings(source=source, root=str(self.root), rate=1 << 30))

    async def _to_centre(self, topic: str, payload: bytes) -> None:
        self.requests += 1
        self.server.receive(topic, payload)

    async def _to_gateway(self, topic: str, payload: bytes) -> None:
        self.inbox.handlers(ME)[topic](topic, payload)


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    return Edge(tmp_path)


async def test_over_the_broker_an_image_arrives_and_is_verified(edge: Edge) -> None:
    edge.read_from("mqtt")
    repository, stop = EdgeRepository(edge.present), asyncio.Event()
    served = asyncio.create_task(edge.server.run(stop))
    target = (await repository.refreshed()).firmware()[edge.name]
    found, image = await repository.image(edge.name, target.sha256)
    assert (found, image.read_bytes()) == (target, b"image" * 20_000)
    asked = edge.requests
    await repository.image(edge.name, target.sha256)
    assert edge.requests == asked  # nothing is asked for again
    stop.set()
    await served


async def test_a_firmware_that_was_published_since_is_found_by_reading_again(edge: Edge) -> None:
    edge.read_from(str(edge.maker.published))
    repository = EdgeRepository(edge.present)
    await repository.refreshed()
    name = edge.maker.add(b"newer", "1.27.0")
    edge.maker.publish()
    sha256 = edge.maker.bench.current_targets().targets[name].hashes["sha256"]
    assert (await repository.image(name, sha256))[1].read_bytes() == b"newer"
    with pytest.raises(RepositoryError, match=r"has no firmware .* with the SHA-256 0000"):
        await repository.image(name, "0" * 64)


async def test_a_site_without_a_repository_says_what_to_add(edge: Edge) -> None:
    repository = EdgeRepository(edge.present)
    with pytest.raises(RepositoryError, match="the site file names no repository of firmware"):
        await repository.refreshed()
    edge.inbox.on_piece(b"a piece that nobody asked for")


async def test_changed_settings_are_followed_and_a_missing_root_is_said(edge: Edge) -> None:
    edge.read_from(str(edge.maker.published))
    repository = EdgeRepository(edge.present)
    await repository.refreshed()
    edge.firmware = msgspec.structs.replace(edge.firmware, repository=RepositorySettings(source="https://127.0.0.1:1", root=str(edge.root)))
    with pytest.raises(RepositoryError, match="was not received from"):
        await repository.refreshed()
    edge.root.unlink()
    edge.read_from("mqtt")
    with pytest.raises(RepositoryError, match=r"put the repository's 1.root.json there"):
        await repository.refreshed()


async def test_without_a_trusted_clock_nothing_is_trusted(edge: Edge) -> None:
    edge.read_from(str(edge.maker.published))
    edge.trusted = False
    with pytest.raises(RepositoryError, match="the clock of this machine is not trusted"):
        await EdgeRepository(edge.present).refreshed()


async def test_without_its_packages_it_says_what_to_install(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "firmware_tools.repository.client"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tuf", None)
    monkeypatch.setitem(sys.modules, "tuf.api", None)
    edge.read_from("mqtt")
    with pytest.raises(RepositoryError, match=r"needs the package tuf\S*: pip install 'street-gateway\[firmware\]'"):
        await EdgeRepository(edge.present).refreshed()
