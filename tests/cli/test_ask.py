"""`gateway ask`: one raw Modbus request."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from gateway.cli import ask as module
from gateway.cli.ask import _EXCEPTIONS_IT, _STATUS_IT, _lines, _refusal
from gateway.fieldbus.line.commands import OutcomeStatus
from gateway.fieldbus.modbus.commands import _EXCEPTIONS
from gateway.fieldbus.modbus.pdu import read_identification
from gateway.fieldbus.modbus.raw_request import RawRequest
from tests.cli.command_line import run
from tests.cli.fact_devices import serving
from tests.config.sites import GOOD
from tests.edge.running import running_gateway
from tests.fieldbus.line.tcp_units import TcpUnits
from tests.fieldbus.line.tcp_units import serving as serving_units
from tests.system.servers import Process, free_port


def test_raw_requests_are_sent_and_their_responses_printed(tmp_path: Path) -> None:
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


def test_a_device_without_identification_says_so(tmp_path: Path) -> None:
    with serving("xy_md02", {7: b""}) as address:
        device = {"id": "meter", "profile": "xy_md02", "unit": 1, "asset": "a"}
        site = {"site": "s", "operator": "o", "gateway": "g", "uplink": {"broker": "mqtt://127.0.0.1:1"}, "lines": [{"id": "l", "tcp": address, "devices": [device]}]}  # fmt: skip
        (tmp_path / "site.yaml").write_text(json.dumps(site))
        named = run("ask", "site.yaml", "meter", "identify", cwd=tmp_path)
    assert (named.returncode, named.stdout) == (0, "  7  \n")
    assert _lines(RawRequest(read_identification(1), writes=False), bytes(6)) == ["the device has no identification"]


def test_errors_are_in_italian_if_the_terminal_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    (tmp_path / "site.yaml").write_text(GOOD)
    done = CliRunner().invoke(module.command, [str(tmp_path / "site.yaml"), "qe-041-meter", "reed", "input", "1"])
    assert done.stderr == "command: richiesta sconosciuta 'reed'; scrivi uno di: file, identify, mask, read, swap, vendor, write\n"
    assert _refusal(OutcomeStatus.REFUSED, "illegal address (2)", 2) == "rifiutato: indirizzo non ammesso (2)"
    assert _lines(RawRequest(read_identification(1), writes=False), bytes(6)) == ["il dispositivo non ha un'identificazione"]


def test_every_outcome_and_every_exception_of_the_driver_has_an_italian_word() -> None:
    assert set(_STATUS_IT) == set(OutcomeStatus) - {OutcomeStatus.DONE}
    assert set(_EXCEPTIONS_IT) == set(_EXCEPTIONS)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["reed", "input", "1"], "unknown request 'reed'; write one of: file, identify"),
        (["read", "input", "1", "--broadcast"], "only a write can be sent to every device"),
    ],
)
def test_an_invalid_request_is_an_error_without_a_traceback(words: list[str], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("ask", "site.yaml", "qe-041-meter", *words, cwd=tmp_path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_running_gateway_sends_requests_beside_its_polls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    async with serving_units(TcpUnits()) as units, running_gateway(tmp_path, device=units.address) as (gateway, _):
        (line,), ((device, *_),) = gateway._site.lines, [owner.devices for owner in gateway._lines.owners]
        monkeypatch.setattr(module, "read_site", lambda _: SimpleNamespace(edge=gateway._site))
        monkeypatch.setattr(module, "find_device", lambda _site, _name: (line, device))
        runner, site = CliRunner(), str(tmp_path / "site.yaml")
        done = await asyncio.to_thread(runner.invoke, module.command, [site, "d-1", "read", "holding", "40", "2"])
        assert [row.split() for row in done.stdout.splitlines()] == [
            ["address", "hex", "value"],
            ["40", "0028", "40"],
            ["41", "0029", "41"],
        ]
        refused = await asyncio.to_thread(runner.invoke, module.command, [site, "d-1", "read", "holding", "0", "126"])
        assert (refused.exit_code, "126 is outside of 1 to 125" in refused.stderr) == (1, True)
