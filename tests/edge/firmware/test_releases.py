"""Releases of the gateway itself, fetched over the broker."""

import asyncio
import platform
import sys
from pathlib import Path

import msgspec
import pytest

from firmware_tools.image.release import GatewayRelease
from gateway.edge.firmware import releases
from gateway.edge.firmware.releases import fetch_newer, fetching_releases
from gateway.edge.firmware.repository import EdgeRepository
from gateway.model.site.firmware import NightlyUpdateSettings
from gateway.update.updating import TRUSTED_BY_GATEWAY
from tests.edge.firmware.test_repository import Edge


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    made = Edge(tmp_path)
    for version, machine in (("99.0", platform.machine()), ("100.0", "pdp11")):
        made.maker.add(
            version.encode(),
            made=GatewayRelease(version, f"{sys.version_info.major}.{sys.version_info.minor}", machine),
            name=f"g/{version}.tar",
        )
    made.maker.publish()
    return made


def fetched(edge: Edge) -> list[bytes]:
    return [file.read_bytes() for file in (edge.state / TRUSTED_BY_GATEWAY / "images").glob("*.tar")]


async def test_the_newest_release_for_this_machine_is_there_for_the_update(edge: Edge) -> None:
    edge.read_from(str(edge.maker.published))
    await fetch_newer(EdgeRepository(edge.present))
    assert fetched(edge) == [b"99.0"]


async def test_nothing_is_fetched_unless_the_site_says_that_the_gateway_may_update_itself(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "_LOOK_EVERY_S", 0.01)
    edge.read_from("mqtt")
    stop = asyncio.Event()
    served = asyncio.create_task(edge.server.run(stop))
    async with fetching_releases(edge.present, EdgeRepository(edge.present)):
        await asyncio.sleep(0.1)
        assert edge.requests == 0
        edge.firmware = msgspec.structs.replace(edge.firmware, update=NightlyUpdateSettings(begin=0, end=60))
        async with asyncio.timeout(60):
            while not fetched(edge):
                await asyncio.sleep(0.01)
    assert fetched(edge) == [b"99.0"]
    stop.set()
    await served


async def test_a_repository_that_is_refused_is_asked_again_later(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(releases, "_LOOK_EVERY_S", 0.01)
    edge.read_from("mqtt")
    edge.firmware = msgspec.structs.replace(edge.firmware, update=NightlyUpdateSettings(begin=0, end=60))
    edge.trusted = False
    async with fetching_releases(edge.present, EdgeRepository(edge.present)), asyncio.timeout(60):
        while caplog.text.count("no newer release: the clock of this machine is not trusted") < 2:
            await asyncio.sleep(0.01)
