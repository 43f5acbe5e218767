"""The streets of the maps: a GeoJSON file of up to 64 MiB, which is compressed once."""

import gzip

from starlette.requests import Request
from starlette.responses import Response

_EMPTY = b'{"type":"FeatureCollection","features":[]}'


class StreetMap:
    """The streets, if the site has them."""

    def __init__(self, content: bytes | None) -> None:
        self.exists = content is not None
        self._plain = _EMPTY if content is None else content
        self._packed = gzip.compress(self._plain, mtime=0)

    def response(self, request: Request, cached: str) -> Response:
        """Return the streets; no streets if there are none."""
        headers = {"cache-control": cached, "vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self._packed, headers=headers | {"content-encoding": "gzip"}, media_type="application/geo+json")
        return Response(self._plain, headers=headers, media_type="application/geo+json")
