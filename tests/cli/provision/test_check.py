"""`gateway provision check` on simulated meters."""

import asyncio
from pathlib import Path

from click.testing import Result

from tests.cli.provision.sites import as_json, provision, write_site
from tests.provision.faults.meters import Circuit, Hookup, meter
from tests.provision.units import Unit, tcp_units

METER = "id: qe-041-meter, profile: eastron_sdm630, unit: 3, asset: qe-041"


async def checked(folder: Path, unit: Unit, *arguments: str) -> Result:
    async with tcp_units([unit]) as (host, port):
        write_site(folder, f"tcp: {host}:{port}", METER)
        return await asyncio.to_thread(provision, folder, "check", "site.yaml", *arguments)


async def test_nothing_is_wrong_with_a_good_meter(tmp_path: Path) -> None:
    done = await checked(tmp_path, meter(3, "eastron_sdm630"))
    assert done.exit_code == 0, done.stderr
    assert "panel: nothing is wrong" in done.stdout
    assert "voltage_l1" in done.stdout


async def test_a_turned_transformer_is_named_with_what_to_do(tmp_path: Path) -> None:
    done = await checked(tmp_path, meter(3, "eastron_sdm630", Hookup(signs=(1, -1, 1))), "qe-041-meter")
    assert done.exit_code == 1
    assert done.stdout.startswith("qe-041-meter: the current transformer of L2 is turned round (likely)\n")
    assert "swap its two wires" in done.stdout


async def test_json_has_the_causes_in_both_languages(tmp_path: Path) -> None:
    done = await checked(tmp_path, meter(3, "eastron_sdm630", Hookup(signs=(1, 0, 1))), "--json")
    (verdict,) = as_json(done)["lines"]
    (cause,) = verdict["causes"]
    assert (cause["kind"], cause["certainty"]) == ("ct_dead", "likely")
    assert "L2" in cause["sentence"]["en"]
    assert "L2" in cause["sentence"]["it"]


async def test_two_meters_of_one_panel_that_disagree_are_named_after_the_lines(tmp_path: Path) -> None:
    low, high = Circuit(volts=(224.1, 225.2, 223.9)), Circuit(volts=(250.1, 251.2, 249.9))
    units = [meter(3, "eastron_sdm630", circuit=low), meter(4, "eastron_sdm630", circuit=high)]
    async with tcp_units(units) as (host, port):
        write_site(tmp_path, f"tcp: {host}:{port}", METER, METER.replace("meter,", "second,").replace("unit: 3", "unit: 4"))
        done = await asyncio.to_thread(provision, tmp_path, "check", "site.yaml")
        alone = await asyncio.to_thread(provision, tmp_path, "check", "site.yaml", "qe-041-meter", "--json")
    assert done.exit_code == 1
    assert "panel: nothing is wrong\nqe-041: " in done.stdout
    assert alone.exit_code == 0, "there is nothing to compare one meter with"
    assert as_json(alone)["together"] == []


def test_a_name_that_does_not_exist_and_a_port_that_is_missing_are_errors(tmp_path: Path) -> None:
    write_site(tmp_path, "serial: /dev/no-such-port", METER)
    assert "unknown line or device 'panl'; did you mean 'panel'?" in provision(tmp_path, "check", "site.yaml", "panl").stderr
    done = provision(tmp_path, "check", "site.yaml")
    assert done.exit_code == 1
    assert "can't be opened" in done.stderr
    assert "Traceback" not in done.stderr
