"""The site file: one YAML document that describes a gateway, its devices and its uplink, or a centre, or both."""

from typing import Annotated

from gateway.model.scalar_types import HostPort, Name, TimeZone, says
from gateway.model.site.assets import AssetSettings
from gateway.model.site.centre import CentreSettings
from gateway.model.site.firmware import FirmwareSettings
from gateway.model.site.lighting import LightingControlSettings
from gateway.model.site.lines import LineSettings
from gateway.model.site.pages import ConsoleSettings, PageSettings
from gateway.model.site.part import SitePart
from gateway.model.site.uplink import JournalSettings, UplinkSettings


class Site(SitePart, frozen=True, kw_only=True):
    """One site file. `operator`, `gateway` and `uplink` describe an edge gateway, `lines` what it reads; `centre` describes a centre."""

    site: Annotated[Name, says("Name of the deployment, such as the city.")]
    time_zone: Annotated[TimeZone, says("Whose days those of the store's roll-ups and of the web page are, for example `Europe/Rome`.")] = (
        "UTC"
    )
    operator: Annotated[Name | None, says("The organisation that owns the gateway. A gateway needs it, and `uplink`.")] = None
    gateway: Annotated[Name | None, says("Name of the gateway.")] = None
    uplink: Annotated[UplinkSettings | None, says("Where the gateway sends its readings.")] = None
    journal: Annotated[JournalSettings, says("Where readings wait until they are confirmed.")] = JournalSettings()
    state: Annotated[str | None, says("Folder for what the gateway learns about its devices; by default, that of the journal.")] = None
    listen: Annotated[HostPort, says("Address of `/health`, `/metrics` and `/lines` of `gateway run`.")] = "127.0.0.1:9273"
    page: Annotated[PageSettings | None, says("The technician's page of `gateway run`; by default, there is none.")] = None
    lines: Annotated[list[LineSettings], says("The buses, each with its devices. A new gateway has none yet.")] = []
    firmware: Annotated[FirmwareSettings, says("Updates of the devices' firmware.")] = FirmwareSettings()
    assets: Annotated[
        dict[Name, AssetSettings],
        says("What the city calls the things that are measured, by name. Optional, but if present, each asset must be listed."),
    ] = {}
    lighting: Annotated[LightingControlSettings | None, says("When lamps burn and how bright, for `gateway lighting`.")] = None
    centre: Annotated[CentreSettings | None, says("The centre, for `gateway central` and `gateway console`.")] = None
    console: Annotated[ConsoleSettings, says("The web page, for `gateway console`.")] = ConsoleSettings()
