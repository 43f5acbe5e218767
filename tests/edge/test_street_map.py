"""The map of a running gateway: its streets come from a file, its places from the site file."""

import asyncio
from pathlib import Path

import pytest

from gateway.cli.local import LocalError
from gateway.model.site.pages import PageSettings
from gateway.web.technician.map_routes import PlacedAsset
from tests.edge.running import running_gateway


async def test_streets_are_read_from_the_file_that_the_site_names(tmp_path: Path) -> None:
    streets = tmp_path / "streets.geojson"
    streets.write_text('{"type": "FeatureCollection", "features": []}')
    async with running_gateway(tmp_path, PageSettings(listen="127.0.0.1:0", streets=str(streets))) as (_, local):
        assert (await asyncio.to_thread(local.get, "/api/streets"))["type"] == "FeatureCollection"
        streets.unlink()
        with pytest.raises(LocalError, match=r"page\.streets") as failed:
            await asyncio.to_thread(local.get, "/api/streets")
    assert failed.value.status == 503


async def test_a_gateway_without_streets_says_so_and_has_the_places_of_its_assets(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        with pytest.raises(LocalError) as failed:
            await asyncio.to_thread(local.get, "/api/streets")
        assert await asyncio.to_thread(local.get, "/api/places", list[PlacedAsset]) == [PlacedAsset("panel-1", 43.88, 11.09)]
    assert failed.value.status == 404
