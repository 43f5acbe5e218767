"""No value is ever another's: a short run of the harness that `python -m tests.faults.wrong_data` runs at length."""

import json
import subprocess
import sys

import pytest

from gateway.fieldbus.modbus.rtu_client import RtuClient, RtuTiming
from gateway.fieldbus.wire.tcp_socket import TcpWire
from tests.faults import wrong_data
from tests.faults.virtual import VirtualAlarm, run
from tests.faults.wrong_data import WAYS, Verdict, measure


@pytest.mark.parametrize("way", WAYS)
def test_no_value_is_handed_out_that_the_device_did_not_hold(way: str) -> None:
    found = measure(way, "ours", exchanges=1500 if way == "rtu" else 6000, seed=7)
    assert found.wrong == 0, found
    assert found.answered > 0.7 * found.exchanges
    assert all(count > 0 for count in found.injected.values())


def test_the_harness_finds_the_known_failure_of_another_client() -> None:
    command = [sys.executable, "-m", "tests.faults.wrong_data", "--client", "pymodbus", "--exchanges", "1500", "--seed", "7", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[-1])["wrong"] > 0


def test_a_line_that_does_not_wait_late_answers_out_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(wire: TcpWire, _timing: RtuTiming, *, make_timer: type[VirtualAlarm]) -> RtuClient:
        return RtuClient(wire, RtuTiming(wrong_data.TIMEOUT_S, 0.0, 0.0, 0.0), make_timer=make_timer)

    monkeypatch.setattr(wrong_data, "RtuClient", hasty)
    found: Verdict = run(wrong_data.over_tcp("rtu_over_tcp", "ours", 1500, 7, 0.4), grace_s=0.0001)
    assert found.wrong > 0
