"""The commands beside a running gateway, which lends the line and changes its configuration on trial."""

import asyncio
from pathlib import Path

from gateway.config.site_file import load_site
from tests.cli.provision.sites import as_json, provision
from tests.edge.configuration.changing import running_from
from tests.provision.faults.meters import Hookup, meter
from tests.provision.units import product, serial_units

SITE = """\
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9", clock_wait: 0s}}
listen: 127.0.0.1:0
journal: {{path: {folder}/journal.sqlite}}
lines:
  - id: street  # behind the church
    serial: {port}
    baud: 9600
    timeout: 1s
    devices:
      - {{id: climate, profile: xy_md02, unit: 1, asset: panel-1, every: 1s}}
"""


async def test_a_device_is_checked_and_added_beside_the_polling(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    async with serial_units([product(1, "xy_md02"), meter(2, "eastron_sdm630", Hookup(signs=(1, -1, 1)))]) as bus:
        site.write_text(SITE.format(folder=tmp_path, port=bus.pty.path))
        async with running_from(site):
            found = as_json(await asyncio.to_thread(provision, tmp_path, "check", "site.yaml", "climate", "--json"))
            assert [one["device"] for verdict in found["lines"] for one in verdict["devices"]] == ["climate"]
            assert found["together"] == []
            add = ("add", "site.yaml", "--line", "street", "--profile", "eastron_sdm630", "--unit", "2", "--asset", "panel-2", "--yes")
            done = await asyncio.to_thread(provision, tmp_path, *add)
    assert "the current transformer of L2 is turned round" in done.stdout, done.output
    assert "applied on trial" in done.stderr
    assert [device.id for device in load_site(site).site.lines[0].devices] == ["climate", "panel-2-meter"]
    assert "# behind the church" in site.read_text()
