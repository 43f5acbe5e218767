"""`gateway provision readdress` shows what it writes, writes it, and changes the site file."""

import asyncio
from pathlib import Path

from tests.cli.provision.sites import as_json, provision, write_site
from tests.provision.commission.test_readdressing import relay
from tests.provision.units import tcp_units

RELAY = "id: relay, profile: wirenboard_mr6c, unit: 1, channels: {0: qe-041}"
METER = "id: meter, profile: eastron_sdm120, unit: 5, asset: qe-050"


async def test_device_and_site_file_get_the_new_address(tmp_path: Path) -> None:
    unit = relay()
    async with tcp_units([unit]) as (host, port):
        path = write_site(tmp_path, f"tcp: {host}:{port}", RELAY, METER)
        shown = as_json(await asyncio.to_thread(provision, tmp_path, "readdress", "site.yaml", "relay", "--to", "12", "--json"))
        assert (shown["result"], unit.number) == (None, 1)
        assert "01 06 00 80 00 0C" in shown["preview"]["en"]
        done = await asyncio.to_thread(provision, tmp_path, "readdress", "site.yaml", "relay", "--to", "12", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "relay: it responds at 12" in done.stdout
    assert unit.number == 12
    assert "unit: 12" in path.read_text()


def test_an_address_that_is_taken_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    write_site(tmp_path, "tcp: 192.0.2.1:502", RELAY, METER)
    assert (
        "another device of the line has the address 5"
        in provision(tmp_path, "readdress", "site.yaml", "relay", "--to", "5", "--yes").stderr
    )
    assert "does not say how" in provision(tmp_path, "readdress", "site.yaml", "meter", "--to", "6", "--yes").stderr
