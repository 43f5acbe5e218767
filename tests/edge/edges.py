"""A gateway of one device that does not respond, and of a broker that does not exist."""

from pathlib import Path

from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import EdgeSite, load_site
from gateway.edge.gateway import EdgeGateway
from tests.faults.rig import PROFILE

_SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9", clock_wait: 0s}}
journal: {{path: {folder}/journal.sqlite}}
assets: {{panel-1: {{lat: 43.88, lon: 11.09}}}}
lines:
  - id: street
    tcp: 127.0.0.1:9
    devices: [{{id: d-1, profile: counting, asset: panel-1}}]
"""


def site_in(folder: Path, **replacements: str) -> EdgeSite:
    """Return the site of the gateway. Its files are in the folder."""
    (folder / "counting.yaml").write_text(PROFILE)
    (folder / "site.yaml").write_text(_SITE.format(folder=folder))
    site = load_site(folder / "site.yaml", ProfileLibrary({"counting": folder / "counting.yaml"})).edge
    assert site is not None
    return site


def edge_in(folder: Path) -> EdgeGateway:
    """Return the gateway."""
    return EdgeGateway(site_in(folder))
