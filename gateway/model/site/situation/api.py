"""The key `centre.situation.api`: the REST API of the Situation Room, and its pages."""

from typing import Annotated

from gateway.model.scalar_types import HostName, HostPort, HttpUrl, says, whole
from gateway.model.site.connection import PageTlsSettings
from gateway.model.site.part import SitePart


class SituationPagesSettings(SitePart, frozen=True, kw_only=True):
    """The pages of the Situation Room: for the people of organisations and, if `public` is set, for citizens."""

    people: Annotated[
        str | None,
        says(
            "File of the hashes of people's passwords, of mode 0600, which `gateway situation person` writes; by default, beside the "
            "situations."
        ),
    ] = None


class SituationApiSettings(SitePart, frozen=True, kw_only=True):
    """The REST API of the Situation Room."""

    listen: Annotated[HostPort, says("Address of the API. Another than loopback needs `tls`.")] = "127.0.0.1:8091"
    hosts: Annotated[list[HostName], says("Names under which programs reach it, besides its address.")] = []
    tls: Annotated[PageTlsSettings | None, says("Files of TLS.")] = None
    url: Annotated[
        HttpUrl | None,
        says(
            "Address under which programs reach it, such as through a proxy, for the links that it sends and as `aud` of signed tokens: "
            "`https://situations.example`."
        ),
    ] = None
    tokens: Annotated[
        str | None,
        says("File of the tokens' hashes, of mode 0600, which `gateway situation token` writes; by default, beside the situations."),
    ] = None
    public: Annotated[bool, says("`true`: everybody may read public situations, under `/public`.")] = False
    pages: Annotated[SituationPagesSettings | None, says("The web pages beside the API; `{}`: with the defaults.")] = None
    requests_per_minute: Annotated[int, whole(1, 100_000), says("Of one organisation.")] = 600
    public_requests_per_minute: Annotated[int, whole(1, 100_000), says("Of one address, without a token.")] = 60
