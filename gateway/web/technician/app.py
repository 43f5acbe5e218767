"""The technician's page, and the local API without it: the rooms' routes on the common base of web pages."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from gateway.web.base import web_app
from gateway.web.technician.login import Guard, PageLogin

BODY_MOST = 1 << 18
"""Bytes of the largest request body: a site file of a thousand devices, with comments."""


LOCAL_BODY_MOST = 8 << 20
"""The programs of this machine also send images of firmware, in base64."""


def local_api(routes: Sequence[BaseRoute]) -> ASGIApp:
    """Return the application that serves the rooms to the programs of this machine. Who may use it, the socket's mode decides."""
    return web_app(routes, body_most=LOCAL_BODY_MOST)


def technician_app(rooms: Sequence[BaseRoute], public: Sequence[BaseRoute], login: PageLogin) -> ASGIApp:
    """Return the page's application: public routes, and behind the login everything else."""
    return web_app([*public, Mount("", routes=list(rooms), middleware=[Middleware(Guard, login=login)])], body_most=BODY_MOST)
