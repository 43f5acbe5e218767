"""The map's routes: streets and places, and what the page is told without them."""

import msgspec

from gateway.web.base import web_app
from gateway.web.technician.map_routes import PlacedAsset, routes
from tests.web.asgi import request

STREETS = b'{"type": "FeatureCollection", "features": []}'


class Map:
    """A service with these streets."""

    def __init__(self, streets: bytes | None) -> None:
        self._streets = streets

    async def streets(self) -> bytes | None:
        return self._streets

    def places(self) -> list[PlacedAsset]:
        return [PlacedAsset("qe-041", 43.88, 11.09)]


async def test_streets_are_served_as_geojson() -> None:
    answer = await request(web_app(routes(Map(STREETS))), "/api/streets")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "application/geo+json", STREETS)


async def test_a_site_without_streets_says_how_to_name_them() -> None:
    answer = await request(web_app(routes(Map(None))), "/api/streets")
    assert answer.status == 404
    assert "page.streets" in msgspec.json.decode(answer.body)["error"]


async def test_places_are_listed() -> None:
    answer = await request(web_app(routes(Map(None))), "/api/places")
    assert msgspec.json.decode(answer.body, type=list[PlacedAsset]) == [PlacedAsset("qe-041", 43.88, 11.09)]
