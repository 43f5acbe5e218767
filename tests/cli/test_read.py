"""`gateway read`: one device, now."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.cli.common import find_device, read_site
from gateway.cli.read import _advice
from gateway.fieldbus import line_factory
from gateway.fieldbus.line.owner import LineTerms
from gateway.fieldbus.line_factory import BuiltLine
from gateway.model.quality import Quality
from tests.cli.fact_devices import serving
from tests.cli.in_process import run
from tests.config.sites import GOOD
from tests.fieldbus.line.faulty_drivers import Behaviour, FaultyDriver, hangs, raises
from tests.system.servers import Process


def test_a_missing_port_is_an_error_that_says_what_to_check(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("read", "site.yaml", "qe-041-meter", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "gateway: serial port /dev/serial/by-path/platform-usb-0:1.2:1.0-port0 can't be opened: No such file or directory;"
    )
    assert "check that the adapter is plugged in" in done.stderr


@pytest.mark.parametrize(
    ("worst", "advice"),
    [
        (Quality.BadNotConnected, "controlla che l'adattatore sia collegato"),
        (Quality.BadConfigurationError, "rifiuta le richieste: controlla che sia davvero un "),
        (Quality.BadCommunicationError, "sono arrivati disturbi invece di una risposta: controlla 9600 baud e parità"),
        (Quality.BadTimeout, "controlla l'alimentazione, l'indirizzo (unit) 1, 9600 baud e parità"),
    ],
)
def test_advice_is_in_italian_if_the_terminal_is(worst: Quality, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    (tmp_path / "site.yaml").write_text(GOOD)
    assert _advice(*find_device(read_site(tmp_path / "site.yaml"), "qe-041-meter"), worst).startswith(advice)


def test_an_unknown_device_is_an_error_with_the_most_similar_name(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("read", "site.yaml", "qe-041-metre", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("gateway: unknown device 'qe-041-metre'; did you mean 'qe-041-meter'")


def test_a_device_is_read_as_a_table_or_as_json(street: tuple[Path, Process]) -> None:
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


def test_a_silent_device_is_an_error_with_exit_code_1(street: tuple[Path, Process]) -> None:
    folder, process = street
    try:
        done = run("read", "site.yaml", "ghost", cwd=folder)
        assert done.returncode == 1
        assert (
            "gateway: device 'ghost' has no values (BadTimeout); check its power, unit address 6, 9600 baud and parity, and that A and B are not swapped"
            in done.stderr
        )
    finally:
        process.stop()


VOLTS = {f"voltage_l{phase}": [0x4366, 0x3333] for phase in (1, 2, 3)} | {f"current_l{phase}": [0, 0] for phase in (1, 2, 3)}
"""230.2 V as a 32-bit float, as the Eastron documentation has it."""


def _site(folder: Path, address: str, profile: str) -> None:
    device = {"id": "meter", "profile": profile, "unit": 1, "asset": "qe-1"}
    site = {"site": "s", "operator": "o", "gateway": "g", "uplink": {"broker": "mqtt://127.0.0.1:1"}, "lines": [{"id": "l", "tcp": address, "devices": [device]}]}  # fmt: skip
    (folder / "site.yaml").write_text(json.dumps(site))


def test_a_wrong_profile_is_noticed(tmp_path: Path) -> None:
    with serving("eastron_sdm72dm_v2", **VOLTS) as address:
        _site(tmp_path, address, "carlo_gavazzi_em340")
        wrong = run("read", "site.yaml", "meter", cwd=tmp_path)
        _site(tmp_path, address, "eastron_sdm120")
        right = run("read", "site.yaml", "meter", cwd=tmp_path)
    assert wrong.returncode == 1
    (voltage,) = (line.split() for line in wrong.stdout.splitlines() if line.startswith("voltage_l1 "))
    assert voltage == ["voltage_l1", "-", "V", "BadOutOfRange"]
    assert wrong.stderr.startswith("gateway: device 'meter' does not look like a Carlo Gavazzi EM340 / ET340: ")
    assert wrong.stderr.endswith("'gateway profiles try' tests other profiles\n")
    assert [line.split()[:3] for line in right.stdout.splitlines() if line.startswith("voltage_l1 ")] == [["voltage_l1", "230.2", "V"]]


def test_identification_of_another_vendor_is_noticed(tmp_path: Path) -> None:
    with serving("schneider_iem3155", {0: b"Comune di Prato", 1: b"iEM3155"}, voltage_l1=[0x4366, 0x3333]) as address:
        _site(tmp_path, address, "schneider_iem3155")
        done = run("read", "--json", "site.yaml", "meter", cwd=tmp_path)
    assert done.returncode == 1
    assert "does not look like a Schneider" in json.loads(done.stdout)["problem"]
    assert "VendorName is Comune di Prato" in done.stderr


def test_with_json_a_failure_is_printed_as_json_too(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("read", "--json", "site.yaml", "qe-041-meter", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert (done.returncode, found["device"], found["values"]) == (1, "qe-041-meter", [])
    assert done.stderr == f"gateway: {found['problem']}\n"


@pytest.mark.parametrize(("behaviour", "sentence"), [(hangs, "nothing happened for 0.02 s"), (raises, "the gateway failed: IndexError")])
@pytest.mark.parametrize("words", [["read", "{site}", "qe-041-meter"], ["ask", "{site}", "qe-041-meter", "read", "input", "0"]])
def test_a_driver_that_never_returns_or_fails_ends_with_a_sentence(
    words: list[str], behaviour: Behaviour, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    driver = FaultyDriver(**{"qe-041-meter": behaviour})
    monkeypatch.setattr(
        line_factory, "build_line", lambda *_: BuiltLine(driver, LineTerms(0.01, 0.1, whole_seconds=False, patience_s=0.02))
    )
    done = CliRunner().invoke(main, [word.format(site=tmp_path / "site.yaml") for word in words])
    assert (done.exit_code, driver.closed) == (1, 1)
    assert sentence in done.output
