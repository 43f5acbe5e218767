"""`gateway provision add` reads the device, shows the change, and writes the site file."""

import asyncio
from pathlib import Path

from tests.cli.provision.sites import as_json, provision, write_site
from tests.provision.faults.meters import Hookup, meter
from tests.provision.units import tcp_units

FIRST = "id: qe-041-meter, profile: eastron_sdm630, unit: 3, asset: qe-041"
ADD = ("add", "site.yaml", "--line", "panel", "--profile", "eastron_sdm630", "--unit", "4", "--asset", "https://c.example/QE-042")


async def test_a_device_is_read_added_and_placed(tmp_path: Path) -> None:
    async with tcp_units([meter(3, "eastron_sdm630"), meter(4, "eastron_sdm630")]) as (host, port):
        path = write_site(tmp_path, f"tcp: {host}:{port}", FIRST)
        done = await asyncio.to_thread(provision, tmp_path, *ADD, "--lat", "43.88", "--lon", "11.09", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "voltage_l1" in done.stdout
    assert "load of line panel:" in done.stdout
    text = path.read_text()
    assert "qe-042-meter" in text
    assert "43.88" in text
    assert "# at the corner" in text
    assert provision(tmp_path, "check", "site.yaml", "--help").exit_code == 0


async def test_a_device_with_a_fault_is_shown_with_its_cause(tmp_path: Path) -> None:
    async with tcp_units([meter(4, "eastron_sdm630", Hookup(signs=(-1, 1, 1)))]) as (host, port):
        path = write_site(tmp_path, f"tcp: {host}:{port}", FIRST)
        before = path.read_text()
        done = await asyncio.to_thread(provision, tmp_path, *ADD, "--json")
    found = as_json(done)
    assert done.exit_code == 1
    assert found["verdict"]["causes"][0]["kind"] == "ct_turned"
    assert found["written"] is False
    assert "+" in found["change"]["difference"]
    assert path.read_text() == before


def test_without_a_terminal_nothing_is_written_unless_told_so(tmp_path: Path) -> None:
    path = write_site(tmp_path, "tcp: 192.0.2.1:502", FIRST)
    before = path.read_text()
    done = provision(tmp_path, *ADD, "--no-read")
    assert done.exit_code == 1
    assert "--yes" in done.stderr
    assert path.read_text() == before
    assert "write --profile and --asset" in provision(tmp_path, "add", "site.yaml", "--line", "panel").stderr


def test_the_register_gives_the_place_of_an_asset(tmp_path: Path) -> None:
    path = write_site(tmp_path, "tcp: 192.0.2.1:502", FIRST)
    (tmp_path / "assets.csv").write_text("codice;indirizzo;lat;lon\nQE-042;Via Po 2;43,9;11,1\n")
    assert provision(tmp_path, "register", "import", "assets.csv", "--site", "site.yaml").exit_code == 0
    done = provision(tmp_path, *ADD, "--no-read", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "Via Po 2" in path.read_text()


def test_a_new_line_needs_a_port_and_a_relay_gets_its_channels(tmp_path: Path) -> None:
    path = write_site(tmp_path, "tcp: 192.0.2.1:502", FIRST)
    arguments = (
        "add",
        "site.yaml",
        "--line",
        "second",
        "--profile",
        "wirenboard_mr6c",
        "--unit",
        "7",
        "--asset",
        "qe-041",
        "--no-read",
        "--yes",
    )
    assert "give the --port" in provision(tmp_path, *arguments).stderr
    done = provision(tmp_path, *arguments, "--port", "/dev/ttyUSB1", "--baud", "19200", "--channel", "2=ic-09")
    assert done.exit_code == 0, done.stderr
    assert "serial: /dev/ttyUSB1" in path.read_text()
    assert "2: ic-09" in path.read_text()
