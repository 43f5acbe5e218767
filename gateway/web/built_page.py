"""The files of a built page: the page itself, and the scripts and styles that it loads, whose names have hashes."""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
"""What `gateway/web/build_hook.py` builds from `gateway/web/front`."""

_HASHED = re.compile(r"-[A-Z0-9]{8}\.(js|css)\Z")
_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
_AT_ROOT = ("service-worker.js", "manifest.webmanifest")
"""Files that must be at the root: a service worker serves what is below its own address."""


class _BuiltFiles(StaticFiles):
    """A name with a hash always has the same content; browsers ask again for any other."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the response for a file."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = _FOR_GOOD if _HASHED.search(path) else _ASK_FIRST
        return response


def files_route(name: str, address: str) -> BaseRoute:
    """Return the route of the files of a page, below an address."""
    return Mount(address, _BuiltFiles(directory=STATIC / name))


def page_routes(name: str, address: str = "/") -> list[BaseRoute]:
    """Return the routes of a page, such as `operator`: its address, `/static/…`, and what a page that can be installed has at the root."""
    folder = STATIC / name

    def route(address: str, file: str, media_type: str | None = None) -> Route:
        async def serve(_request: Request) -> Response:
            return FileResponse(folder / file, media_type=media_type, headers={"cache-control": _ASK_FIRST})

        return Route(address, serve)

    at_root = [route(f"/{file}", file) for file in _AT_ROOT if (folder / file).is_file()]
    return [route(address, "index.html"), *at_root, files_route(name, "/static")]
