"""`gateway profiles`: the library for people and scripts, and a new profile from the first question to a real device."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

import device_profiles
from gateway.config.profile_library import ProfileLibrary
from tests.profiles.mutants import run as run_mutants
from tests.profiles.register_facts import FACTS, FactDevice

ROOT = Path(__file__).parents[2]


def run(*arguments: str, cwd: Path | None = None, lang: str = "C.UTF-8", given: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))} | {"LANG": lang}
    return subprocess.run([sys.executable, "-m", "gateway", "profiles", *arguments], capture_output=True, text=True, cwd=cwd, timeout=60,
                          check=False, env=environment, input=given)  # fmt: skip


@pytest.mark.parametrize("command", ["list", "show", "test", "new", "try"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"gateway profiles {command}" in done.stdout.split("Options:")[0]
    assert f"  {command} " in run("--help").stdout


def test_the_library_is_tested_whole_and_counts_what_was_constructed_apart() -> None:
    done = run("test", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert found["failures"] == 0
    assert found["failed"] == []
    assert found["profiles"] == len(device_profiles.paths()) >= 64
    assert found["examples"] >= 135
    assert found["examples"] - found["constructed"] > 60


def test_a_wrong_digit_makes_the_test_fail_and_says_what_it_would_be(tmp_path: Path) -> None:
    file = tmp_path / "xy_md02.yaml"
    file.write_text(
        device_profiles.paths()["xy_md02"].read_text().replace("input: 1, type: int16, scale: 0.1", "input: 1, type: int16, scale: 0.2")
    )
    done = run("test", str(file))
    assert done.returncode == 1
    assert "example 'read both': 'temperature' decodes to 61.0, the example has 30.5" in done.stdout
    assert "1 profiles, 4 examples (1 of them constructed), 3 failures" in done.stdout


def test_a_file_that_is_no_profile_is_said_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "xy_md02.yaml"
    file.write_text(device_profiles.paths()["xy_md02"].read_text().replace("unit: 1", "unitt: 1"))
    done = run("test", str(file))
    assert done.returncode == 1
    assert f"{file}:11:10: 'unitt' is no key here; did you mean 'unit'?" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_name_that_the_library_lacks_is_answered_with_the_nearest() -> None:
    for command in ("test", "show"):
        done = run(command, "eastron_sdm639")
        assert (done.returncode, "did you mean 'eastron_sdm630'" in done.stderr) == (1, True)


def test_the_mutants_that_survive_are_those_that_are_listed() -> None:
    _, left = run_mutants(ProfileLibrary().names)
    listed = (ROOT / "tests" / "profiles" / "surviving_mutants.txt").read_text().splitlines()
    assert [f"{one.profile}: {one.point}: {one.what}" for one in left] == listed


def test_the_list_counts_by_kind_and_can_be_read_by_scripts() -> None:
    everything = json.loads(run("list", "--json").stdout)
    counted = Counter(one["kind"] for one in everything)
    assert counted.keys() == {path.name for path in device_profiles.FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert run("list").stdout.splitlines()[-1] == f"{len(everything)} products: " + ", ".join(
        f"{n} {kind}" for kind, n in sorted(counted.items())
    )
    only = json.loads(run("list", "--kind", "traffic", "--json").stdout)
    assert {one["kind"] for one in only} == {"traffic"}
    assert len(only) == counted["traffic"]


def test_the_page_of_supported_devices_and_the_readme_are_the_librarys() -> None:
    page = run("list", "--markdown").stdout
    assert (ROOT / "docs" / "devices.md").read_text() == page
    readme = (ROOT / "README.md").read_text()
    for line in page.split("\n## ")[0].splitlines():
        if line.startswith("| ["):
            kind, number = line.split("|")[1].split("]")[0].strip(" ["), line.split("|")[2].strip()
            assert f"| {kind} | {number} |" in readme, kind


def test_a_profile_is_shown_with_what_to_set_and_what_is_uncertain_in_the_technicians_language() -> None:
    english, italian = run("show", "wirenboard_led").stdout, run("show", "wirenboard_led", lang="it_IT.UTF-8").stdout
    assert "set: set a dimmer mode" in english
    assert "set: imposta un modo del dimmer" in italian
    assert "lamp, while dimmer_mode is W+W+W+W or 2W+W+W" in english
    assert "alarm: overheated (the dimmer is too hot) when board_temperature is above 85" in english
    assert "RTU at 9600 baud" in english
    shown = run("show", "carlo_gavazzi_em24_rtu").stdout
    assert "uncertain: the serial settings from the factory" in shown
    assert "identified by     device_id from 71 to 73" in shown
    assert json.loads(run("show", "carlo_gavazzi_em330", "--json").stdout)["extends"] == "carlo_gavazzi_em340"


@pytest.mark.parametrize("speaks", ["modbus", "text", "frame"])
def test_a_new_profile_is_a_whole_one_from_the_start(speaks: str, tmp_path: Path) -> None:
    done = run("new", "my_device.yaml", "--kind", "parking", "--vendor", 'Acme "Street"', "--speaks", speaks, cwd=tmp_path, given="M 1\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "run 'gateway profiles test my_device.yaml'" in done.stdout
    assert run("test", "my_device.yaml", cwd=tmp_path).stdout == "1 profiles, 1 examples (0 of them constructed), 0 failures\n"


def test_a_new_profile_takes_nothing_away(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    done = run("new", "mine.yaml", "--vendor", "v", "--model", "m", "--kind", "relay", "--speaks", "modbus", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "mine.yaml").read_text()) == (1, "mine")
    assert "already exists" in done.stderr
    assert (
        "write lower-case letters"
        in run("new", "My-Meter.yml", "--vendor", "v", "--model", "m", "--kind", "relay", "--speaks", "text", cwd=tmp_path).stderr
    )


@contextmanager
def serving(name: str, **values: list[int]) -> Iterator[str]:
    """A device of a profile that says words of the test's choosing, over TCP in a thread of its own."""
    device = FactDevice(1)
    for fact in FACTS:
        if fact.profile == name and fact.point in values:
            device.put(fact, values[fact.point])
    loop = asyncio.new_event_loop()
    server, address = loop.run_until_complete(device.serve())
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


SUPPLY = {"k1_on": [1], "level": [50], "supply_voltage": [5000]}


def tried(name: str, address: str, *options: str) -> tuple[int, dict[str, dict[str, object]], dict[str, object]]:
    done = run("try", name, address, "--unit", "1", "--json", *options)
    found = json.loads(done.stdout)
    return done.returncode, {one["point"]: one for one in found["points"]}, found


def test_what_is_tried_is_read_once_and_what_is_beyond_its_range_is_marked() -> None:
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


def test_words_the_other_way_round_are_suspected(tmp_path: Path) -> None:
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


def test_a_device_that_is_another_and_a_setting_that_is_not_made_are_said() -> None:
    with serving("carlo_gavazzi_em24_rtu", device_id=[345], cfg_application=[0]) as address:
        code, _, found = tried("carlo_gavazzi_em24_rtu", address)
    assert code == 1
    assert found["not_identified"] == ["device_id from 71 to 73: 345.0"]
    assert "set application H" in str(found["to_set"])


def test_nobody_there_is_said_without_a_traceback() -> None:
    done = run("try", "xy_md02", "127.0.0.1:1", "--unit", "1")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "check the cable" in done.stderr


def test_the_walk_through_of_the_documentation_makes_a_profile_that_holds(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "profiles.md").read_text()
    blocks = [part.split("```")[0] for part in page.split("```yaml\n")[1:]]
    file = tmp_path / "procon_ld120.yaml"
    file.write_text("".join(blocks))
    done = run("test", str(file))
    assert (done.returncode, done.stdout) == (0, "1 profiles, 1 examples (1 of them constructed), 0 failures\n")
    shown = json.loads(run("show", str(file), "--json").stdout)
    whole = json.loads(run("show", "procon_ld120", "--json").stdout)
    assert {point["name"]: point for point in whole["points"]}.items() >= {point["name"]: point for point in shown["points"]}.items()


def test_a_site_is_told_what_is_uncertain_of_its_devices_and_what_is_to_be_set_on_them(tmp_path: Path) -> None:
    from tests.config.test_site_rules import GOOD

    file = tmp_path / "site.yaml"
    file.write_text(GOOD.replace("carlo_gavazzi_em340", "carlo_gavazzi_em24_rtu"))
    environment = os.environ | {"LANG": "it_IT.UTF-8", "LC_ALL": ""}
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "check", str(file)], capture_output=True, text=True, timeout=60, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "qe-041-meter (carlo_gavazzi_em24_rtu): uncertain: the serial settings from the factory" in done.stdout
    assert "qe-041-meter (carlo_gavazzi_em24_rtu): uncertain: energy_import: one source takes 0x42 for the total" in done.stdout
    assert "qe-041-meter (carlo_gavazzi_em24_rtu): set: imposta l'applicazione H (7)" in done.stdout


async def test_an_instrument_on_a_serial_port_is_tried_too() -> None:
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
    assert found == {point: float(str(value)) for (point, _), value in instrument.told.items()}
