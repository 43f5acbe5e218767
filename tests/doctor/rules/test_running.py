"""What a running gateway says about itself."""

from typing import Any

import pytest

from gateway.doctor.check import CheckResult
from gateway.doctor.rules.running import (
    DeviceStateReport,
    GatewayAnswers,
    HealthReport,
    LineStateReport,
    clone,
    durable,
    lines,
    running,
    slow_writes,
    uplink,
)  # fmt: skip

JUDGES = (running, durable, slow_writes, uplink, clone, lines)


def states(**health: Any) -> dict[str, str]:
    devices = [DeviceStateReport("d-1", "answers")]
    facts = GatewayAnswers(True, HealthReport(**health), (LineStateReport("street", devices),))
    return {check.name: check.state for check in (judge(facts) for judge in JUDGES)}


WELL = {"gateway": "ok", "durable": "ok", "slow-writes": "ok", "uplink": "ok", "clone": "ok", "lines": "ok"}


@pytest.mark.parametrize(
    ("health", "ill"),
    [
        ({}, {}),
        ({"flushing": False}, {"gateway": "failed"}),
        ({"durable": False}, {"durable": "failed"}),
        ({"slowest_write_s": 2.34}, {"slow-writes": "warning"}),
        ({"connected": False}, {"uplink": "failed"}),
        ({"cloned_by": "other-host"}, {"clone": "failed"}),
        ({"broken_lines": ["street"]}, {"lines": "failed"}),
        ({"stalled_lines": ["street"]}, {"lines": "failed"}),
    ],
)
def test_each_fault_is_told_by_one_check(health: dict[str, Any], ill: dict[str, str]) -> None:
    assert states(**health) == WELL | ill


def test_a_slow_disk_is_told_with_how_slow_it_is() -> None:
    found = slow_writes(GatewayAnswers(True, HealthReport(slowest_write_s=2.34)))
    assert found.sentence.en == "the disk is slow: in the last hour, a write took 2.3 s"
    assert found.sentence.it == "il disco è lento: nell'ultima ora una scrittura ha richiesto 2.3 s"


def test_silent_devices_are_named() -> None:
    facts = GatewayAnswers(
        True, HealthReport(), (LineStateReport("street", [DeviceStateReport("d-1", "silent"), DeviceStateReport("d-2", "off")]),)
    )
    found = lines(facts)
    assert (found.state, found.sentence.it) == ("warning", "non rispondono: d-1 (street)")


def states_of(facts: GatewayAnswers) -> list[str]:
    checks: list[CheckResult] = [judge(facts) for judge in JUDGES]
    return [one.state for one in checks]


def test_of_a_gateway_that_does_not_run_the_rest_is_unknown() -> None:
    assert states_of(GatewayAnswers(True, why="Connection refused")) == ["failed", *["unknown"] * 5]


def test_a_centre_alone_has_no_gateway() -> None:
    assert states_of(GatewayAnswers(False)) == ["not applicable"] * 6
