"""Roles of the centre: what a process of it runs, one or more at a time."""

import asyncio
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

from prometheus_client.core import Metric

from gateway.host.mqtt import Broker
from gateway.model.site.assets import AssetSettings
from gateway.model.site.centre import CentreSettings


class Role(Protocol):
    """One task of the centre, which runs in a process of its own or beside others."""

    name: str

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        ...

    def stuck(self) -> bool:
        """Return whether it has work and makes no progress; then the watchdog is no longer notified."""
        ...

    def samples(self) -> Iterable[Metric]:
        """Yield metrics; their names are unique among all roles."""
        ...

    def health(self) -> dict[str, object]:
        """Return what `/health` reports; the role works if `ok` is true, other keys are unique among all roles."""
        ...


class RoleContext(NamedTuple):
    """What roles are made from: the site's name, the centre's settings, the operator to serve (None for all), the assets, the time zone."""

    site: str
    settings: CentreSettings
    operator: str | None = None
    assets: Mapping[str, AssetSettings] = MappingProxyType({})
    time_zone: str = "UTC"

    @property
    def broker(self) -> Broker:
        """The broker of the centre."""
        return Broker(self.settings.broker, self.settings.tls, self.settings.login)
