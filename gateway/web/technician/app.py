"""The local API: the rooms' routes on the common base of web pages."""

from collections.abc import Sequence

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from gateway.web.base import web_app

BODY_MOST = 1 << 18
"""Bytes of the largest request body: a site file of a thousand devices, with comments."""


def local_api(routes: Sequence[BaseRoute]) -> ASGIApp:
    """Return the application that serves the rooms to the programs of this machine. Who may use it, the socket's mode decides."""
    return web_app(routes, body_most=BODY_MOST)
