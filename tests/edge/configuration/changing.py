"""A gateway whose configuration is changed while it runs in this process."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from gateway.cli.local import LocalGateway
from gateway.config.site_file import load_site
from gateway.edge.gateway import EdgeGateway
from tests.edge.running import running_gateway

SITE = """\
# Prato, kiosk 7
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9", clock_wait: 0s}}
listen: 127.0.0.1:0
journal: {{path: {folder}/journal.sqlite}}
lines:
  - id: air   # on the roof
    tcp: 127.0.0.1:9
    devices:
      - {{id: first, profile: xy_md02, unit: 1, asset: roof}}
"""


def written_site(folder: Path) -> Path:
    """Write the site file and return its path."""
    path = folder / "site.yaml"
    path.write_text(SITE.format(folder=folder))
    return path


@contextlib.asynccontextmanager
async def running_from(path: Path) -> AsyncIterator[tuple[EdgeGateway, LocalGateway]]:
    """Run the gateway of a site file until the context exits."""
    edge = load_site(path).edge
    assert edge is not None
    async with running_gateway(path.parent, edge.page, edge) as running:
        yield running
