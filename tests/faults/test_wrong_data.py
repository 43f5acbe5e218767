"""No value is ever wrong: a short run of `python -m tests.faults.wrong_data`, and proof that it finds wrong values."""

import json
import subprocess
import sys

import pytest

from gateway.fieldbus.modbus.rtu_client import RtuClient, RtuTiming
from gateway.fieldbus.wire.tcp_socket import TcpWire
from tests.faults import wrong_data
from tests.faults.virtual_time import VirtualAlarm, run
from tests.faults.wrong_data import WAYS, Verdict, measure


@pytest.mark.parametrize("way", WAYS)
def test_every_value_returned_is_one_that_the_device_had(way: str) -> None:
    found = measure(way, "ours", exchanges=1500 if way == "rtu" else 6000, seed=7)
    assert found.wrong == 0, found
    assert found.answered > 0.7 * found.exchanges
    assert all(count > 0 for count in found.injected.values())


def test_a_known_failure_of_another_client_is_caught() -> None:
    command = [sys.executable, "-m", "tests.faults.wrong_data", "--client", "pymodbus", "--exchanges", "1500", "--seed", "7", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[-1])["wrong"] > 0


def test_a_client_that_does_not_wait_for_late_responses_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(wire: TcpWire, _timing: RtuTiming, *, make_timer: type[VirtualAlarm]) -> RtuClient:
        return RtuClient(wire, RtuTiming(wrong_data.TIMEOUT_S, 0.0, 0.0, 0.0), make_timer=make_timer)

    monkeypatch.setattr(wrong_data, "RtuClient", hasty)
    found: Verdict = run(wrong_data.over_tcp("rtu_over_tcp", "ours", 1500, 7, 0.4), grace_s=0.0001)
    assert found.wrong > 0
