"""`gateway check`: problems of a site file with their places, and how busy its lines are."""

import json
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.cli.in_process import run
from tests.config.sites import GOOD
from tests.system.certificates import certificates


def test_a_valid_site_is_reported_as_valid(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("check", "site.yaml", cwd=tmp_path)
    good = "site.yaml: valid: gateway gw-0042 with 2 lines, 2 devices and 2 assets\nline panel: 1 % busy, 4 reads\nline dali: 0 % busy, 1 reads\n"
    good += "qe-041-meter (carlo_gavazzi_em340): set: set mode B: in the other mode, power has no sign\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, good, "")
    found = json.loads(run("check", "--json", "site.yaml", cwd=tmp_path).stdout)
    assert (found["ok"], found["problems"], [line["id"] for line in found["lines"]]) == (True, [], ["panel", "dali"])


def test_a_new_gateway_without_lines_is_valid_and_is_told_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD[: GOOD.index("assets:")])
    done = run("check", "--file-only", "site.yaml", cwd=tmp_path)
    said = "site.yaml: valid: gateway gw-0042 without lines yet; 'gateway scan' finds the devices on a line\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")


def test_problems_are_said_in_the_language_of_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(
        GOOD.replace("every: 10s", "every: ten").replace("profile: carlo_gavazzi_em340", "profile: carlo_gavazi_em340")
    )
    said = run("check", "site.yaml", cwd=tmp_path, environment={"LC_ALL": "it_IT.UTF-8"}).stderr
    assert "'ten' non è una durata; scrivi un numero con l'unità: 500ms, 10s, 15min, 1h o 1d\n" in said
    assert run("check", "site.yaml", cwd=tmp_path, environment={"LC_ALL": "C.UTF-8"}).stderr.count("is not a duration") == 1


def test_a_busy_line_is_a_warning_and_an_overloaded_one_an_error_with_remedies(tmp_path: Path) -> None:
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


def test_loads_remedies_and_findings_are_in_italian_if_the_terminal_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    file = tmp_path / "site.yaml"
    file.write_text(GOOD.replace("every: 10s", "every: 100ms"))
    refused = CliRunner().invoke(main, ["check", "--file-only", str(file)])
    assert "la linea 'panel' sarebbe occupata al 140 %, e non potrebbe rispettare gli intervalli; allunga" in refused.stderr
    assert "; oppure imposta la linea e i suoi dispositivi a 19200 baud (75 %)" in refused.stderr
    file.write_text(GOOD)
    valid = CliRunner().invoke(main, ["check", "--file-only", str(file)])
    assert f"{file}: valido: gateway gw-0042 con 2 linee, 2 dispositivi e 2 asset\n" in valid.stdout


def test_all_problems_of_a_broken_site_are_reported_with_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD.replace("baud: 9600", "baudd: 9600").replace("unit: 1,", "unit: no,"))
    done = run("check", "site.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "site.yaml:11:5: unknown key 'baudd'; did you mean 'baud'?",
        "site.yaml:14:64: 'no' is not a whole number; write a number from 1 to 247, for example 1 or 0x34",
    ]
    found = json.loads(run("check", "--json", "site.yaml", cwd=tmp_path).stdout)
    assert [(problem["line"], problem["column"]) for problem in found["problems"]] == [(11, 5), (14, 64)]


def test_a_layer_that_others_can_read_or_that_is_no_geojson_is_found_at_its_key(tmp_path: Path) -> None:
    layer = tmp_path / "rete.geojson"
    layer.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [200, 43]}}]}'
    )
    layer.chmod(0o644)
    organisations = {"publiacqua": {"layer": str(layer)}}
    centre = {
        "broker": "mqtt://127.0.0.1:1",
        "store": {"history": {"path": str(tmp_path / "h.sqlite")}},
        "situation": {"organisations": organisations},
    }
    (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "centre": centre}))
    problems = json.loads(run("check", "--json", "centre.yaml", cwd=tmp_path).stdout)["problems"]
    assert len(problems) == 2
    assert "chmod 600" in str(problems[0])
    assert "is no layer: Expected `float` <= 180" in str(problems[1])
    layer.chmod(0o600)
    layer.write_text('{"type": "FeatureCollection", "features": []}')
    assert json.loads(run("check", "--json", "centre.yaml", cwd=tmp_path).stdout)["problems"] == []


def _with_tls(folder: Path, ca: str) -> None:
    (folder / "site.yaml").write_text(GOOD.replace("confirm: stored}", f"confirm: stored, tls: {{ca: {ca}}}}}"))


def test_the_files_that_it_names_are_opened(tmp_path: Path) -> None:
    _with_tls(tmp_path, "ca.pem")
    missing = run("check", "site.yaml", cwd=tmp_path)
    assert missing.returncode == 1
    assert missing.stderr == "site.yaml:4:72: ca.pem can't be read: No such file or directory; put the file there, or correct its path\n"
    assert run("check", "--file-only", "site.yaml", cwd=tmp_path).returncode == 0
    certificates(tmp_path)
    warned = run("check", "--json", "site.yaml", cwd=tmp_path)
    assert warned.returncode == 0
    found = json.loads(warned.stdout)
    assert (found["ok"], found["problems"], len(found["warnings"])) == (True, [], 1)
    assert "ca.pem expires on 2" in found["warnings"][0]["what"]


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/stdin", "pipe"])
def test_devices_and_pipes_are_not_read(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    _with_tls(tmp_path, name)
    done = run("check", "site.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "is not a file" in done.stderr


def test_with_here_ports_and_names_of_this_machine_are_checked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"listen: 127.0.0.1:{taken.getsockname()[1]}\n"
        (tmp_path / "site.yaml").write_text(listen + GOOD.replace("broker.example", "no-such-name.invalid"))
        assert run("check", "site.yaml", cwd=tmp_path).returncode == 0
        done = run("check", "--here", "site.yaml", cwd=tmp_path)
    assert done.returncode == 1
    named, used, port = sorted(
        done.stderr.splitlines(),
        key=lambda line: ["name", "in use", "serial"].index(next(word for word in ("name", "in use", "serial") if word in line)),
    )
    assert named.startswith("site.yaml:5:10: the name no-such-name.invalid can't be resolved: ")
    assert used.startswith("site.yaml:1:1: 127.0.0.1:")
    assert port.startswith("site.yaml:10:5: serial port /dev/serial/by-path/platform-usb-0:1.2:1.0-port0 can't be opened: No such file")
    both = run("check", "--here", "--file-only", "site.yaml", cwd=tmp_path)
    assert both.returncode == 2


def test_unconfirmed_facts_and_required_settings_are_listed_by_device(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(GOOD.replace("carlo_gavazzi_em340", "carlo_gavazzi_em24_rtu"))
    done = run("check", str(file), environment={"LC_ALL": "it_IT.UTF-8"})
    assert done.returncode == 0, done.stderr
    assert "qe-041-meter (carlo_gavazzi_em24_rtu): incerto: factory serial settings" in done.stdout
    assert "qe-041-meter (carlo_gavazzi_em24_rtu): incerto: energy_import: one source takes 0x42 for the total" in done.stdout
    assert "qe-041-meter (carlo_gavazzi_em24_rtu): impostazione: imposta l'applicazione H (7)" in done.stdout


def _lines(count: int, devices: int, device: str) -> str:
    head, _, _ = GOOD.partition("assets:")
    return f"{head}lines:\n" + "".join(
        f'  - id: l{line}\n    tcp: "192.0.2.1:{line + 1}"\n    devices:\n'
        + "".join(f"      - {{id: d{line * devices + unit}, unit: {unit + 1}, {device}}}\n" for unit in range(devices)).replace(
            "{n}", str(line)
        )
        for line in range(count)
    )


HUGE = {
    "the most devices": _lines(1000, 5, "profile: wirenboard_map3e, asset: a, every: 10s"),
    "devices beyond": _lines(4000, 4, "profile: xy_md02"),
    "the most lines": _lines(5000, 1, "profile: carlo_gavazzi_em340, asset: a, every: {n}.7s"),
    "overloaded lines": _lines(1000, 5, "profile: wirenboard_map3e, asset: a, every: 1ms"),
    "the most channels": _lines(460, 1, "profile: intesis_ibmbsdal, channels: {" + ", ".join(f"{number}: c{number}" for number in range(64)) + "}"),
    "supplies": _lines(1000, 5, "profile: carlo_gavazzi_em340, asset: a, powered_by: {device: d0, point: voltage_l1}"),
    "unknown profiles": _lines(2000, 2, "profile: carlo_gavazzi_em34x, asset: a"),
    "unknown assets": GOOD.replace("  pl-0001: {}", "".join(f"  x-{number}: {{}}\n" for number in range(20_000))) + _lines(50, 90, "profile: xy_md02, asset: y-{n}"),
    "aliases": "l0: &l0 x\n" + "".join(f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]\n" for level in range(1, 30)),
    "nests": "[" * 4_000_000,
    "items": "[" + "1," * 1_900_000 + "]",
    "a key": '"' + "x" * 3_900_000 + '": 1',
    "digits": "site: " + "9" * 3_900_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_it_ends_within_five_seconds_and_200_mib_on_any_file(name: str, tmp_path: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
        resource.setrlimit(resource.RLIMIT_DATA, (200 << 20, 200 << 20))

    (tmp_path / "site.yaml").write_text(HUGE[name])
    command = [sys.executable, "-m", "gateway", "check", "site.yaml"]
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # coverage doubles the time
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False, preexec_fn=limited, env=unmeasured
    )
    assert done.returncode in (0, 1), done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert (done.returncode == 0) == ("valid: gateway" in done.stdout)


def test_a_site_with_lighting_alone_is_summed_up() -> None:
    sample = Path(__file__).parents[2] / "docs" / "examples" / "lighting.yaml"
    assert run("check", str(sample)).stdout == f"{sample}: valid: lighting: 22 lamps, groups: 3\n"
