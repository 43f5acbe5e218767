"""The key `centre.access`: who may use the broker."""

from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import HostPort, Identifier, Name, says
from gateway.model.site.part import SitePart


class CornerSettings(SitePart, frozen=True, kw_only=True):
    """A corner of an area (WGS 84, degrees)."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90), says("Latitude in degrees (WGS 84).")]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180), says("Longitude in degrees (WGS 84).")]


class GrantSettings(SitePart, frozen=True, kw_only=True):
    """A part of the city plane that a utility may read."""

    operator: Annotated[Name, says("The operator of the assets.")]
    measurements: Annotated[list[Identifier], says("What may be read, such as `lamp`; by default, everything.")] = []
    area: Annotated[Name | None, says("Only the assets in this area, one of `areas`; by default, everywhere.")] = None


class AccessSettings(SitePart, frozen=True, kw_only=True):
    """Who may use the broker, for `gateway broker-config`. Everybody here has a client certificate whose common name is the user."""

    listen: Annotated[HostPort, says("Where the broker listens with TLS; `0.0.0.0` stands for every address, those of IPv6 too.")] = (
        "0.0.0.0:8883"
    )
    folder: Annotated[str, says("The broker's folder on its machine. It has the certificates in `certs`, and the file `passwords`.")] = (
        "/etc/mosquitto"
    )
    gateways: Annotated[dict[Name, list[Name]], says("The gateways of each operator.")] = {}
    processes: Annotated[
        dict[Name, Literal["ingest", "city", "alarms", "page", "fleet", "trust", "situation", "firmware"]],
        says(
            "Processes of the centre on other machines, by user, each with one role: an ingest worker under the name of its user, the city "
            "plane, the alarms, the roll-outs of firmware, the web page, the commands `gateway fleet` and `gateway dead-letters`, "
            "`gateway trust serve`, or `gateway situation serve`."
        ),
    ] = {}
    utilities: Annotated[dict[Name, list[GrantSettings]], says("Utilities, by user, and what each may read.")] = {}
    areas: Annotated[
        dict[Name, list[CornerSettings]], says("Parts of the city, each by its corners in order. An asset is in it by its position.")
    ] = {}
