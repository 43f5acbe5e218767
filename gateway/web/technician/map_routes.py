"""The map of the technician's page: the streets around, and the assets that have a place."""

from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.web.json_api import ApiError, json_response


class PlacedAsset(msgspec.Struct):
    """An asset with a position in degrees (WGS 84)."""

    asset: str
    lat: float
    lon: float


class MapService(Protocol):
    """Knows the streets and the assets of the site."""

    async def streets(self) -> bytes | None:
        """Return the GeoJSON of the streets; None if the site names none."""
        ...

    def places(self) -> list[PlacedAsset]:
        """Return the assets that have a place."""
        ...


def routes(service: MapService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def streets(_request: Request) -> Response:
        content = await service.streets()
        if content is None:
            raise ApiError(
                404,
                "this site has no map of its streets; set 'page.streets'",
                "il sito non ha una mappa delle strade; impostare 'page.streets'",
            )
        return Response(content, media_type="application/geo+json", headers={"cache-control": "no-cache"})

    async def places(_request: Request) -> Response:
        return json_response(service.places())

    return [Route("/api/streets", streets), Route("/api/places", places)]
