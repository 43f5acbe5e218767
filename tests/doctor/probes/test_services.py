"""Facts from systemd, by a program in its place, and from a gateway, by a real server."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from gateway.doctor.probes import services
from gateway.doctor.probes.services import CENTRE_UNITS, EDGE_UNITS, RECOVERY_UNIT
from gateway.doctor.rules.running import DeviceStateReport, GatewayAnswers, HealthReport, LineStateReport
from gateway.doctor.rules.system import UnitFacts
from gateway.installation.shipped import EVERYTHING, units_in
from tests.doctor.probes.test_kernel import program, write

SHOWN = """cat <<END
NRestarts=2
WatchdogUSec=1min
Id=street-gateway.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled

NRestarts=0
WatchdogUSec=0
Id=street-central.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
END"""


def test_units_are_as_systemctl_shows_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "systemctl", f'[ "$1" = show ] || exit 1\n{SHOWN}')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    assert services.units(tmp_path, EDGE_UNITS) is None, "systemd does not run"
    assert services.units(write(tmp_path, {"run/systemd/system/x": ""}), EDGE_UNITS) == (
        UnitFacts("street-gateway.service", "loaded", "active", "enabled", 2, True),
        UnitFacts("street-central.service", "not-found", "inactive", "", 0, False),
    )


def test_a_systemctl_that_fails_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "systemctl", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    assert services.units(write(tmp_path, {"run/systemd/system/x": ""}), EDGE_UNITS) is None


def test_the_units_are_those_that_are_installed() -> None:
    services_of_all = {unit for unit in units_in(EVERYTHING) if "@" not in unit}
    assert {*EDGE_UNITS, *CENTRE_UNITS, RECOVERY_UNIT} <= services_of_all


class _Gateway(BaseHTTPRequestHandler):
    answers: ClassVar = {
        "/health": (503, b'{"ok": false, "connected": false, "broken_lines": ["street"], "new_key": 1}'),
        "/lines": (
            200,
            b'{"gateway": "g", "lines": [{"id": "street", "broken": true, "devices": [{"id": "d", "state": "silent", "sent": 3}]}]}',
        ),
    }

    def do_GET(self) -> None:
        status, body = self.answers[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_a_gateway_says_how_it_is_even_if_it_is_not_well() -> None:
    with HTTPServer(("127.0.0.1", 0), _Gateway) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        found = services.running(f"127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
    health = HealthReport(connected=False, broken_lines=["street"])
    assert found == GatewayAnswers(True, health, (LineStateReport("street", [DeviceStateReport("d", "silent")]),))


def test_no_gateway_has_a_reason() -> None:
    assert services.running("127.0.0.1:1") == GatewayAnswers(True, why="127.0.0.1:1: Connection refused")
