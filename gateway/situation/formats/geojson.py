"""A GeoJSON feature collection (RFC 7946) of the documents of the Situation Room: nothing is lost."""

import msgspec

from gateway.model.instants import iso_utc
from gateway.situation.formats.port import ALL_KINDS, ALL_STATES, ExchangeFormat, ExportedFile, ExportRequest, no_obstacle


def _write(request: ExportRequest) -> list[ExportedFile]:
    collection = {
        "type": "FeatureCollection",
        "generated": iso_utc(request.made_ms, "seconds"),
        "features": [one.seen for one in request.situations],
    }
    return [ExportedFile("situations.geojson", msgspec.json.encode(collection))]


GEOJSON = ExchangeFormat(
    name="geojson",
    title="GeoJSON",
    kinds=ALL_KINDS,
    states=ALL_STATES,
    exercises="`information_status`",
    obstacle=no_obstacle,
    write=_write,
    losses=(),
)
