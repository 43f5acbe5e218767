"""`gateway profiles try`: a profile held against a real device."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import device_profiles
from tests.cli.fact_devices import serving
from tests.cli.profiles.command_line import run


def tried(name: str, address: str, *options: str) -> tuple[int, dict[str, dict[str, object]], dict[str, Any]]:
    done = run("try", name, address, "--unit", "1", "--json", *options)
    found = json.loads(done.stdout)
    return done.returncode, {one["point"]: one for one in found["points"]}, found


def test_every_point_is_read_and_values_out_of_range_are_marked() -> None:
    with serving(
        "xy_md02", temperature=[305], humidity=[5000], cfg_unit_id=[1], cfg_baud=[9600], temperature_correction=[0], humidity_correction=[0]
    ) as address:
        code, points, found = tried("xy_md02", address)
        shown = run("try", "xy_md02", address, "--unit", "1").stdout
    assert code == 1
    assert (points["temperature"]["value"], points["temperature"]["remark"]) == (30.5, None)
    assert points["humidity"]["remark"] == "out of its range (0 to 100)"
    assert found["suspicious"] == 1
    assert "5 of 6 points have a value, 1 look wrong" in shown


def test_a_wrong_word_order_is_suspected(tmp_path: Path) -> None:
    text = device_profiles.paths()["peacefair_pzem016"].read_text().replace(", word_order: little", "")
    file = tmp_path / "peacefair_pzem016.yaml"
    file.write_text(text)
    told = {
        "voltage": [2257],
        "current": [108, 0],
        "active_power": [244, 0],
        "energy_total": [38, 0],
        "frequency": [500],
        "power_factor": [100],
        "power_alarm": [0],
    }
    with serving("peacefair_pzem016", **told) as address:
        code, points, found = tried(str(file), address)
        right, _, good = tried("peacefair_pzem016", address)
    for point, value in (("current", 0.108), ("active_power", 24.4), ("energy_total", 38.0)):
        assert points[point]["remark"] == f"wrong word order? with the words swapped it is {value}"
    assert (code, found["suspicious"]) == (1, 3)
    assert (right, good["suspicious"], len(good["identified"])) == (0, 0, 2)
    assert found["identified"]


def test_another_product_and_a_missing_setting_are_reported() -> None:
    with serving("carlo_gavazzi_em24_rtu", device_id=[345], cfg_application=[0]) as address:
        code, _, found = tried("carlo_gavazzi_em24_rtu", address)
    assert code == 1
    assert found["not_identified"] == ["device_id from 71 to 73: 345.0"]
    assert "set application H" in str(found["to_set"])


def test_an_unreachable_device_is_an_error_without_a_traceback() -> None:
    done = run("try", "xy_md02", "127.0.0.1:1", "--unit", "1")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "check the cable" in done.stderr


async def test_an_instrument_on_a_serial_port_is_read_too() -> None:
    from gateway.simulate.devices.pty import Pty
    from tests.profiles.instruments import Hpma115

    instrument, pty = Hpma115(1), Pty(9600)

    async def play() -> None:
        while True:
            said = instrument.answer((await pty.read())[-4:])
            if said is not None:
                await pty.send(said)

    playing = asyncio.create_task(play())
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "profiles", "try", "honeywell_hpma115c0", pty.path, "--json", stdout=-1
        )
        out, _ = await asyncio.wait_for(process.communicate(), 30)
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        pty.close()
    found = {one["point"]: one["value"] for one in json.loads(out)["points"]}
    assert process.returncode == 0
    assert found == {point: float(str(value)) for (point, _), value in instrument.recorded.items()}


async def test_a_device_that_sends_by_itself_is_listened_to_and_its_values_are_printed_as_they_come() -> None:
    from gateway.simulate.devices.pty import Pty

    pty = Pty(9600)

    async def play() -> None:
        while True:
            await pty.send(b"*+035.5,120\r\n")
            await asyncio.sleep(0.1)

    playing = asyncio.create_task(play())
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "profiles", "try", "decatur_si3", pty.path, "--listen", "60s", stdout=-1
        )
        out, _ = await asyncio.wait_for(process.communicate(), 30)
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        pty.close()
    lines = out.decode().splitlines()
    assert "heard: speed 35.5 [mi_i]/h" in lines
    assert "3 of 3 points have a value" in lines[-1]


def test_only_devices_that_send_by_themselves_are_listened_to() -> None:
    done = run("try", "xy_md02", "127.0.0.1:1", "--listen", "30s")
    assert done.returncode == 1
    assert "'xy_md02' is queried, it does not send by itself; leave out --listen" in done.stderr
    assert "is not a duration" in run("try", "agd_315", "/dev/null", "--listen", "long").stderr
