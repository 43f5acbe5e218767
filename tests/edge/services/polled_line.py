"""A running gateway that polls one unit on a pty, on which there are others too."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

from gateway.cli.local import LocalGateway
from gateway.config.site_file import EdgeSite, load_site
from gateway.edge.gateway import EdgeGateway
from tests.edge.running import running_gateway
from tests.provision.units import Unit, UnitBus, serial_units

_SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9", clock_wait: 0s}}
journal: {{path: {folder}/journal.sqlite}}
lines:
  - id: street
    serial: {port}
    baud: 9600
    timeout: 1s
    devices: [{{id: climate, profile: xy_md02, unit: 1, asset: panel-1, every: 1s}}]
  - id: radar
    serial: {folder}/no-such-port
    devices: [{{id: radar-1, profile: agd_315, asset: panel-1}}]
"""


class PolledLine(NamedTuple):
    """The gateway, its local API, the bus, and the site file."""

    gateway: EdgeGateway
    local: LocalGateway
    bus: UnitBus
    site: Path

    @property
    def polls(self) -> int:
        """How often the device was polled."""
        return self.gateway._lines.owners[0].counts.polls


@contextlib.asynccontextmanager
async def polled_line(folder: Path, units: Sequence[Unit]) -> AsyncIterator[PolledLine]:
    """Run the gateway until the context exits."""
    async with serial_units(units) as bus:
        file = folder / "site.yaml"
        file.write_text(_SITE.format(folder=folder, port=bus.pty.path))
        async with running_gateway(folder, site=edge_of(file)) as (gateway, local):
            yield PolledLine(gateway, local, bus, file)


def edge_of(file: Path) -> EdgeSite:
    """Return the gateway of a site file."""
    edge = load_site(file).edge
    assert edge is not None
    return edge
