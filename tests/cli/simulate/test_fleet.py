"""`gateway simulate fleet`: its result, and what it rejects; a whole run is in tests/system/test_fleet.py."""

from pathlib import Path

import pytest

from gateway.cli.simulate.fleet import _result
from gateway.simulate.fleet.plan import FleetPlan, FleetReport
from tests.cli.in_process import run

PLAN = FleetPlan(broker="mqtt://127.0.0.1:1883", site="sim", gateways=4, points=5, seconds=8.0, ramp_s=2.0)


def test_the_result_adds_up_the_processes() -> None:
    reports = [
        FleetReport(passed_s=10.0, connected=2, batches=30, points=300, confirmed=29, unconfirmed=1, resent=3),
        FleetReport(passed_s=12.0, connected=2, batches=10, points=100, confirmed=9, rejected=1, resent=1),
    ]
    result = _result(PLAN, reports, [0.4, 0.1, 0.3, 0.2], 4)
    assert (result.gateways, result.connected_most, result.seconds) == (4, 4, 12.0)
    assert (result.batches, result.points, result.confirmed, result.lost, result.rejected) == (40, 400, 38, 1, 1)
    assert (result.points_per_s, result.resent, result.resent_share) == (40, 4, 0.1)
    assert (result.latency_p50_s, result.latency_p99_s, result.latency_max_s) == (0.3, 0.4, 0.4)


def test_a_fleet_without_a_receipt_has_no_latency() -> None:
    result = _result(PLAN, [FleetReport(passed_s=10.0, connected=0, batches=2, unconfirmed=2)], [], 0)
    assert (result.lost, result.latency_max_s) == (2, 0.0)


def test_a_password_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    password.chmod(0o644)
    done = run("simulate", "fleet", "mqtt://127.0.0.1:1", "--user", "u", "--password-file", str(password))
    assert done.returncode == 1
    assert "chmod 600" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(("option", "value"), [("--gateways", "0"), ("--minutes", "0"), ("--flush", "0"), ("--points-per-second", "0")])
def test_a_fleet_that_does_nothing_is_rejected(option: str, value: str) -> None:
    done = run("simulate", "fleet", "mqtt://127.0.0.1:1", option, value)
    assert done.returncode == 2
    assert f"Invalid value for '{option}'" in done.stderr
