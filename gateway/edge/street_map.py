"""What the map of the technician's page shows, for `gateway.web.technician.map_routes`."""

import asyncio
from pathlib import Path

from gateway.config.problems import ConfigError
from gateway.config.text_file import read_regular
from gateway.edge.services.parts import Present
from gateway.web.json_api import ApiError
from gateway.web.technician.map_routes import PlacedAsset

_STREETS_MOST_BYTES = 8 << 20
"""A phone has to draw them."""


class LocalStreetMap:
    """Reads the streets when somebody looks at the map; the places are those of the site file."""

    def __init__(self, present: Present) -> None:
        self._present = present

    async def streets(self) -> bytes | None:
        """Return the GeoJSON of the streets; None if the site names none.

        Raises:
            ApiError: 503, because the file can't be read.
        """
        page = self._present().site.page
        if page is None or page.streets is None:
            return None
        try:
            return await asyncio.to_thread(read_regular, Path(page.streets), _STREETS_MOST_BYTES)
        except (ConfigError, OSError) as error:
            raise ApiError(
                503,
                f"cannot read the map of the streets, {page.streets}; check 'page.streets'",
                f"impossibile leggere la mappa delle strade, {page.streets}; controllare 'page.streets'",
            ) from error

    def places(self) -> list[PlacedAsset]:
        """Return the assets that have a place."""
        assets = self._present().site.assets.items()
        return [PlacedAsset(name, one.lat, one.lon) for name, one in assets if one.lat is not None and one.lon is not None]
