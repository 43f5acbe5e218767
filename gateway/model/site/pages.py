"""The keys `page` and `console`: the web pages of a gateway and of a centre."""

from typing import Annotated

import msgspec

from gateway.model.scalar_types import HostName, HostPort, says
from gateway.model.site.connection import PageTlsSettings
from gateway.model.site.part import SitePart


class ConsoleProxySettings(SitePart, frozen=True, kw_only=True):
    """A proxy in front of the web page that authenticates people and names them in a header."""

    header: Annotated[
        str,
        says("The header with the name of the user, such as `X-Remote-User`. The proxy must remove it from what browsers send."),
    ]
    addresses: Annotated[
        list[str], msgspec.Meta(min_length=1), says("The proxy's addresses. The header is believed from these alone, whoever sends it.")
    ]
    operators: Annotated[list[str], says("The users who are operators; others are viewers.")] = []


class ConsoleSettings(SitePart, frozen=True, kw_only=True):
    """The web page."""

    listen: Annotated[HostPort, says("Address of the web page. Another than loopback needs `users` and `tls`, or `proxy`.")] = (
        "127.0.0.1:8080"
    )
    hosts: Annotated[list[HostName], says("Names under which browsers reach it through a proxy.")] = []
    streets: Annotated[str | None, says("GeoJSON file of lines to draw under the assets.")] = None
    users: Annotated[
        str | None,
        says("File of the users who log in with passwords, of mode 0600, which `gateway console user` writes; by default, nobody logs in."),
    ] = None
    proxy: Annotated[ConsoleProxySettings | None, says("A proxy that authenticates people.")] = None
    tls: Annotated[PageTlsSettings | None, says("Files of TLS; by default, the page is served over HTTP.")] = None


class PageSettings(SitePart, frozen=True, kw_only=True):
    """The technician's page, which `gateway run` serves to whoever has the code of the gateway's label."""

    listen: Annotated[HostPort, says("Address of the page.")] = "127.0.0.1:8088"
    hosts: Annotated[
        list[HostName], says("Names under which browsers reach it, besides its addresses and the names of the gateway and its machine.")
    ] = []
    tls: Annotated[PageTlsSettings | None, says("Files of TLS. Required if the address is not loopback, unless `plain_http` is set.")] = (
        None
    )
    plain_http: Annotated[
        bool, says("`true`: HTTP without TLS. For the private address of the gateway's own hotspot or service cable alone.")
    ] = False
    streets: Annotated[str | None, says("GeoJSON file of lines to draw on the map, which works without the internet.")] = None
