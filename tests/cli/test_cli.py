"""The command line: what it prints, and how it ends."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from gateway.cli import main
from tests.config.test_site_rules import GOOD
from tests.system.servers import Process, free_port, gateway, wait_until

ROOT = Path(__file__).parents[2]


def run(*arguments: str, cwd: Path | None = None, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments], capture_output=True, text=True, cwd=cwd, timeout=timeout_s, check=False
    )


def test_the_version_is_the_packages() -> None:
    from gateway import __version__

    assert run("--version").stdout == f"gateway {__version__}\n"


def every_command(folder: Path = ROOT / "gateway" / "cli", *above: str) -> Iterator[tuple[str, ...]]:
    """Give every command by its words, from the files that there are."""
    for path in sorted(folder.iterdir()):
        name = path.stem.rstrip("_").replace("_", "-")
        if (path / "__init__.py").exists():
            yield (*above, name)
            if "LazyGroup" in (path / "__init__.py").read_text():
                yield from every_command(path, *above, name)
        elif path.suffix == ".py" and path.stem not in ("__init__", "common", "lazy"):
            yield (*above, name)


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_every_command_explains_itself_with_an_example_on_a_line_of_its_own(command: tuple[str, ...]) -> None:
    explained = CliRunner().invoke(main, [*command, "--help"])
    assert explained.exit_code == 0, explained.output
    before_options = [line.strip() for line in explained.output.split("Options:")[0].splitlines()]
    words = "journal replay" if command == ("replay",) else "central" if command == ("central", "run") else " ".join(command)
    assert any(line.startswith(f"gateway {words}") for line in before_options[1:]), explained.output
    assert "\\b" not in explained.output


def test_every_command_is_listed_where_it_belongs() -> None:
    for *above, name in every_command():
        assert f"  {name} " in CliRunner().invoke(main, [*above, "--help"]).output, (above, name)


def test_a_good_site_is_said_to_be_good(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("check", "site.yaml", cwd=tmp_path)
    good = "site.yaml: valid: gateway gw-0042 with 2 lines, 2 devices and 2 assets\nline panel: 1 % busy, 3 reads\nline dali: 0 % busy, 1 reads\n"
    good += "qe-041-meter (carlo_gavazzi_em340): set: set mode B: in the other one power has no sign\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, good, "")
    found = json.loads(run("check", "--json", "site.yaml", cwd=tmp_path).stdout)
    assert (found["ok"], found["problems"], [line["id"] for line in found["lines"]]) == (True, [], ["panel", "dali"])


def test_a_line_with_little_room_is_warned_of_and_one_that_can_not_keep_its_intervals_is_refused_with_what_helps(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD.replace("every: 10s", "every: 180ms"))
    warned = run("check", "site.yaml", cwd=tmp_path)
    assert warned.returncode == 0
    assert "line panel: 78 % busy" in warned.stdout
    assert "little room for retries and commands; make intervals 1.1 times as long" in warned.stderr
    (tmp_path / "site.yaml").write_text(GOOD.replace("every: 10s", "every: 100ms"))
    refused = run("check", "site.yaml", cwd=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "site.yaml:9:5: line 'panel' would be 140 % busy, so its intervals can't be kept; make intervals 2.0 times as long"
    )
    assert "set the line and its devices to 19200 baud (75 %)" in refused.stderr
    assert json.loads(run("check", "--json", "site.yaml", cwd=tmp_path).stdout)["lines"][0]["load"] == 139.7


def test_a_plan_says_every_read_what_it_covers_bridges_and_costs() -> None:
    done = run("plan", "carlo_gavazzi_em340")
    assert done.returncode == 0, done.stderr
    assert "4        0        54  139.7  voltage_l1, voltage_l2 … energy_import (24)  6-11, 36-39, 50-50" in done.stdout
    assert "1 reads, 139.7 ms\n" in done.stdout
    found = json.loads(run("plan", "carlo_gavazzi_em340", "--all", "--baud", "19200", "--json").stdout)
    (group,) = found["groups"]
    planned = [(read["function"], read["address"], read["quantity"]) for read in group["reads"]]
    assert [read for read in planned if read[0] == 4] == [(4, 0, 102), (4, 11, 1)]
    assert [read[1] for read in planned if read[0] == 3] == [770, 4098, 4355, 20480]
    assert sum(len(read["covers"]) for read in group["reads"]) == 41
    assert found["baud"] == 19200
    tcp = json.loads(run("plan", "xy_md02", "--transport", "tcp", "--json").stdout)
    assert (tcp["transport"], tcp["baud"]) == ("tcp", None)


def test_a_plan_shows_what_a_device_has_taught_and_which_points_are_uncovered(tmp_path: Path) -> None:
    from gateway.fieldbus.modbus.planning.learned import Learned
    from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
    from gateway.fieldbus.modbus.planning.read_plan import Hole

    store = LearnedStore(tmp_path)
    store.store("meter", Learned("carlo_gavazzi_em340", (Hole(4, 36, 40),), ("frequency",)))
    store.flush()
    done = run("plan", "carlo_gavazzi_em340", "--learned", str(tmp_path / "meter.json"))
    assert done.returncode == 0, done.stderr
    assert "the device refuses to read 36-39" in done.stdout
    assert "not read: frequency, which the device refuses" in done.stdout
    assert "2 reads" in done.stdout
    other = run("plan", "xy_md02", "--learned", str(tmp_path / "meter.json"))
    assert (other.returncode, "is about a device of profile 'carlo_gavazzi_em340', not 'xy_md02'" in other.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["xy_md03"], "gateway: there is no profile 'xy_md03'; did you mean 'xy_md02'"),
        (["agd_315"], "gateway: 'agd_315' does not speak Modbus; only Modbus products have a read plan"),
        (["missing.yaml"], "missing.yaml:1:1: can't be read: No such file or directory"),
        (["xy_md02", "--learned", "missing.json"], "gateway: can't read missing.json: "),
    ],
)
def test_what_can_not_be_planned_is_a_sentence(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    done = run("plan", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_watching_without_a_gateway_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD + "listen: 127.0.0.1:1\n")
    done = run("watch", "site.yaml", "--once", cwd=tmp_path)
    assert done.returncode == 1
    assert "gateway: no gateway answers at 127.0.0.1:1" in done.stderr


@pytest.mark.system
def test_a_running_gateway_is_watched(street: tuple[Path, Process]) -> None:
    folder, process = street
    site = json.loads((folder / "site.yaml").read_text())
    listen = free_port()
    site |= {"listen": f"127.0.0.1:{listen}", "journal": {"path": str(folder / "journal.sqlite")}}
    for device in site["lines"][0]["devices"]:
        device["every"] = "500ms"
    (folder / "watched.yaml").write_text(json.dumps(site))
    edge = gateway("edge", folder, "run", str(folder / "watched.yaml"))
    try:

        def looks() -> dict[str, dict[str, object]]:
            done = run("watch", "watched.yaml", "--once", "--json", cwd=folder)
            return (
                {device["id"]: device for line in json.loads(done.stdout)["lines"] for device in line["devices"]}
                if done.returncode == 0
                else {}
            )

        wait_until("the ghost to be found out", lambda: looks().get("ghost", {}).get("state") == "silent")
        found = looks()
        assert found["meter"]["state"] == "answers"
        assert found["meter"]["answered"] >= 2
        assert found["meter"]["round_trip_p50_ms"] > 50
        assert found["ghost"]["answered"] == 0
        assert found["ghost"]["timeouts"] >= 2
        table = run("watch", "watched.yaml", "--once", cwd=folder)
        assert table.stdout.splitlines()[0].split()[:5] == ["line", "device", "state", "sent", "answered"]
        assert "line l: " in table.stdout
        with urllib.request.urlopen(f"http://127.0.0.1:{listen}/metrics", timeout=5) as answer:
            metrics = answer.read().decode()
        assert 'street_device_answered_total{device="meter",line="l"}' in metrics
        assert 'street_device_round_trip_seconds{device="meter",line="l",quantile="0.95"}' in metrics
        assert list((folder / "learned").glob("meter.json")), "the bridge that the simulated meter refuses is remembered"
    finally:
        edge.stop()
        process.stop()


def test_a_broken_site_ends_with_1_and_all_its_problems(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD.replace("baud: 9600", "baudd: 9600").replace("unit: 1,", "unit: no,"))
    done = run("check", "site.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "site.yaml:11:5: 'baudd' is no key here; did you mean 'baud'?",
        "site.yaml:14:64: 'no' is no whole number; write a number from 1 to 247, for example 1 or 0x34",
    ]
    found = json.loads(run("check", "--json", "site.yaml", cwd=tmp_path).stdout)
    assert [(problem["line"], problem["column"]) for problem in found["problems"]] == [(11, 5), (14, 64)]


@pytest.mark.parametrize("command", [["run"], ["central"], ["console"], ["read"]])
def test_no_command_prints_a_traceback_for_a_broken_or_missing_site(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: [")
    extra = ["device"] if command == ["read"] else []
    for name in ("site.yaml", "missing.yaml"):
        done = run(*command, name, *extra, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith(f"{name}:")
        assert "Traceback" not in done.stderr


def test_the_schema_accepts_what_people_write_and_is_json(tmp_path: Path) -> None:
    schema = json.loads(run("schema", "site").stdout)
    properties = schema["$defs"]["DeviceSettings"]["properties"]
    every = properties["every"]["anyOf"][0]
    assert "string" in every["type"]
    assert set(yaml.safe_load(GOOD)) <= set(schema["$defs"]["Site"]["properties"])
    profile = json.loads(run("schema", "profile").stdout)["$defs"]
    assert profile["Point"]["additionalProperties"] is False
    assert (profile["Profile"]["if"], profile["Profile"]["then"]) == ({"required": ["extends"]}, {"required": ["profile"]})
    assert "points" in profile["Profile"]["else"]["required"]


def test_a_port_that_is_not_there_is_said_with_what_to_check(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("read", "site.yaml", "qe-041-meter", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "gateway: serial port /dev/serial/by-path/platform-usb-0:1.2:1.0-port0 can't be opened: No such file or directory;"
    )
    assert "check that the adapter is plugged in" in done.stderr


def test_a_device_that_is_not_in_the_site_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("read", "site.yaml", "qe-041-metre", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("gateway: the site has no device 'qe-041-metre'; did you mean 'qe-041-meter'")


@pytest.fixture
def street(tmp_path: Path) -> tuple[Path, Process]:
    """One simulated panel meter and one unit that nobody answers for, on one pty."""
    import msgspec

    from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine, StreetPlan

    lines = [
        SimLine("l", "rtu", 9600, [SimDevice("meter", "em340", 5, ["qe-1"], 1.0)]),
        SimLine("r", "text", 19200, [SimDevice("radar", "ops243", 0, ["ic-1"], 1.0)]),
    ]
    plan = StreetPlan(SimGateway("o", "g", lines), str(tmp_path / "served.jsonl"), 1, 1.0, 4e12)
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode(plan))
    process = Process("street", tmp_path, sys.executable, "-m", "gateway.simulate", str(tmp_path / "plan.json"))
    wait_until("the street", lambda: process.said().endswith("}\n"))
    addresses = json.loads(process.said())
    site = {
        "site": "s", "operator": "o", "gateway": "g", "uplink": {"broker": "mqtt://127.0.0.1:1", "flush": "1s"},
        "lines": [
            {"id": "l", "serial": addresses["l"], "timeout": "300ms", "devices": [
                {"id": "meter", "profile": "carlo_gavazzi_em340", "unit": 5, "asset": "qe-1"}, {"id": "ghost", "profile": "xy_md02", "unit": 6, "asset": "st-1"}]},
            {"id": "r", "serial": addresses["r"], "devices": [{"id": "radar", "profile": "omnipresense_ops243", "asset": "ic-1"}]},
        ],
    }  # fmt: skip
    (tmp_path / "site.yaml").write_text(json.dumps(site))
    return tmp_path, process


def test_a_device_is_read_now_as_a_table_and_as_json(street: tuple[Path, Process]) -> None:
    folder, process = street
    try:
        table = run("read", "site.yaml", "meter", cwd=folder)
        assert table.returncode == 0, table.stderr
        line = next(line for line in table.stdout.splitlines() if line.startswith("voltage_l1 "))
        _, value, unit, quality = line.split()
        assert (unit, quality) == ("V", "Good")
        assert 200 < float(value) < 260
        found = json.loads(run("read", "--json", "site.yaml", "meter", cwd=folder).stdout)
        assert found["device"] == "meter"
        by_field = {one["field"]: one for one in found["values"]}
        assert by_field["active_energy"]["unit"] == "W.h"
        assert by_field["frequency"]["quality"] == "Good"
        assert len(by_field) == 26
        radar = run("read", "site.yaml", "radar", cwd=folder)
        assert radar.returncode == 0, radar.stderr
        assert "vehicle_count_total" in radar.stdout
    finally:
        process.stop()


def test_a_device_that_does_not_answer_is_a_sentence_and_exit_code_1(street: tuple[Path, Process]) -> None:
    folder, process = street
    try:
        done = run("read", "site.yaml", "ghost", cwd=folder)
        assert done.returncode == 1
        assert (
            "gateway: device 'ghost' gives no value (BadTimeout); check its power, unit address 6, 9600 baud and parity, and that A and B are not swapped"
            in done.stderr
        )
    finally:
        process.stop()


@pytest.mark.system
def test_the_demo_says_that_nothing_is_lost_and_finds_an_edited_and_a_deleted_row(tmp_path: Path) -> None:
    done = run("demo", "--seconds", "12", "--json", "--port", "0", "--keep", str(tmp_path / "a"), timeout_s=90)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["lost"], found["duplicated"], found["wrong_values"]) == (0, 0, 0)
    assert found["taken"] == found["stored"] > 100
    assert found["devices"] == 14
    assert found["measurements"] == 5
    again = run("demo", "--recheck", "--json", "--keep", str(tmp_path / "a"))
    assert (again.returncode, json.loads(again.stdout)) == (0, found)
    statements = {
        "wrong_values": "UPDATE samples SET value = value + 0.1 WHERE rowid IS NULL OR (series, t_ms) IN (SELECT series, t_ms FROM samples"
        " JOIN series ON id = series WHERE field = 'voltage_l1' LIMIT 1)",
        "lost": "DELETE FROM samples WHERE (t_ms, series) IN (SELECT s.t_ms, s.series FROM samples s JOIN series ON id = s.series"
        " WHERE asset = 'pl-0001' AND s.t_ms = (SELECT min(t_ms) FROM samples JOIN series ON id = series WHERE asset = 'pl-0001'))",
    }
    for what, statement in statements.items():
        folder = tmp_path / what
        shutil.copytree(tmp_path / "a", folder)
        database = sqlite3.connect(folder / "history.sqlite")
        changed = database.execute(statement.replace("rowid IS NULL OR ", "")).rowcount
        database.commit()
        database.close()
        assert changed >= 1
        tampered = run("demo", "--recheck", "--json", "--keep", str(folder))
        assert tampered.returncode == 1, what
        assert json.loads(tampered.stdout)[what] >= 1


def test_the_demo_says_what_does_not_start(tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    broken = empty / "mosquitto"
    broken.write_text("#!/bin/sh\necho 'this is no broker'\nexit 3\n")
    broken.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--seconds", "5", "--port", "0"],
        capture_output=True, text=True, env=os.environ | {"PATH": f"{empty}:{os.environ['PATH']}"}, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "gateway: broker (exit code 3): this is no broker" in done.stderr


@pytest.mark.system
def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "site.yaml").write_text(
            GOOD.replace("mqtts://broker.example:8883", "mqtt://127.0.0.1:1")
            + f"listen: 127.0.0.1:{port}\njournal: {{path: {tmp_path}/j}}\n"
        )
        process = gateway("edge", tmp_path, "run", "site.yaml")
        assert process.process.wait(20) == 1
        assert f"127.0.0.1:{port} is taken" in process.log.read_text()
        assert "Traceback" not in process.log.read_text()


@pytest.mark.parametrize(
    ("uplink", "sentence"),
    [
        (
            '{broker: "mqtt://127.0.0.1:1", login: {user: a, password_file: password}}',
            "password may be read by others (mode 0644): run chmod 600 password",
        ),
        ('{broker: "mqtt://127.0.0.1:1", login: {user: a, password_file: missing}}', "missing can't be read: No such file or directory"),
        (
            '{broker: "mqtts://127.0.0.1:1", tls: {ca: missing.pem}}',
            "the TLS files can't be used (No such file or directory): check missing.pem",
        ),
    ],
)
def test_a_secret_that_can_not_be_used_is_a_sentence(uplink: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("x")
    (tmp_path / "password").chmod(0o644)
    old = 'uplink: {broker: "mqtts://broker.example:8883", confirm: stored}'
    assert old in GOOD
    (tmp_path / "site.yaml").write_text(GOOD.replace(old, f"uplink: {uplink}") + "listen: 127.0.0.1:0\njournal: {path: j}\n")
    done = run("run", "site.yaml", cwd=tmp_path, timeout_s=20)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_device_is_asked_one_raw_request(tmp_path: Path) -> None:
    port = free_port()
    server = Process("peer", tmp_path, sys.executable, "-m", "tests.fieldbus.modbus.pymodbus_server", "tcp", str(port))
    server.wait_for("ready")
    site = {
        "site": "s", "operator": "o", "gateway": "g", "uplink": {"broker": "mqtt://127.0.0.1:1"},
        "lines": [{"id": "l", "tcp": f"127.0.0.1:{port}", "timeout": "2s", "devices": [
            {"id": "meter", "profile": "carlo_gavazzi_em340", "unit": 17, "asset": "qe-1"}]}],
    }  # fmt: skip
    (tmp_path / "site.yaml").write_text(json.dumps(site))

    def ask(*words: str) -> subprocess.CompletedProcess[str]:
        return run("ask", "site.yaml", "meter", *words, cwd=tmp_path)

    try:
        assert ask("read", "input", "5", "2").stdout.splitlines() == [
            "address  hex   value",
            "      5  07D5   2005",
            "      6  07D6   2006",
        ]
        assert ask("read", "coil", "3", "2").stdout.splitlines() == ["      3  on", "      4  off"]
        assert ask("write", "holding", "10", "0x1F4", "7", "--yes").stdout == "done: 00 0a 00 02\n"
        assert ask("write", "coil", "4", "on", "--yes").returncode == 0
        assert ask("mask", "10", "0x00FF", "0x0100", "--yes").returncode == 0
        assert ask("swap", "20", "2", "21", "0xBEEF", "--yes").stdout == "done: 03 fc be ef\n"
        read = ask("read", "holding", "10", "2", "--json")
        assert json.loads(read.stdout) == {"function": 3, "exception": None, "data": "01 f4 00 07"}
        assert "  0  Comune" in ask("identify").stdout
        refused = ask("read", "holding", "199", "9")
        assert (refused.returncode, refused.stderr) == (1, "refused: illegal address (2)\n")
        unasked = ask("write", "holding", "10", "1")
        assert unasked.returncode == 1
        assert "Go on?" in unasked.stdout
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["reed", "input", "1"], "'reed' is no request; did you mean 'read'?"),
        (["read", "inputs", "1"], "'inputs' is no table; did you mean 'input'?"),
        (["read", "input", "70000"], "70000 is not from 0 to 65535"),
        (["read"], "can't be understood"),
        (["write", "input", "1", "2"], "'input' can't be written; write coil or holding"),
        (["write", "coil", "1", "maybe", "--yes"], "can't be understood"),
        (["vendor", "reset"], "has no function 'reset'"),
        (["file", "4", "1", "2", "7", "--yes"], "2 registers, and 1 values"),
        (["read", "input", "1", "--broadcast"], "only a write can be sent to every device"),
    ],
)
def test_a_request_that_is_none_is_a_sentence(words: list[str], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("ask", "site.yaml", "qe-041-meter", *words, cwd=tmp_path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
