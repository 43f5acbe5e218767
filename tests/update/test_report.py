"""What proves a new version."""

import msgspec
import pytest

from gateway.update.report import RunningGateway, prove


def running(version: str = "1.1", up_s: int = 40, state: str = "answers", last_ms: int | None = 5) -> RunningGateway:
    devices = [{"profile": "em340", "state": state, "last_ms": last_ms}, {"profile": "ghost", "state": "silent", "last_ms": None}]
    said = {
        "identity": {"version": version, "site": "s"},
        "up_s": up_s,
        "now_ms": 7,
        "clock": "holdover",
        "readings": 3,
        "ok": False,
        "lines": [{"id": "l", "devices": devices}],
    }
    return msgspec.convert(said, RunningGateway)


BEFORE = [("l", "em340")]


def test_what_answers_is_known_by_its_line_and_profile() -> None:
    assert running().answering == BEFORE
    assert running(last_ms=None).answering == []


def test_the_time_is_trusted_unless_it_is_unsynced() -> None:
    assert running().trusted_ms == 7
    assert msgspec.structs.replace(running(), clock="unsynced").trusted_ms is None


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (None, "the gateway does not answer"),
        (running("1.0"), "version 1.0 runs, not 1.1"),
        (running(state="silent"), "no readings of em340 (l), which answered before"),
        (running(up_s=29), "it has been running for 29 of 30 s"),
    ],
)
def test_what_is_missing_is_said(now: RunningGateway | None, why: str) -> None:
    proof = prove(now, "1.1", BEFORE, 30)
    assert not proof.is_proved
    assert proof.en == why
    assert proof.it


def test_a_gateway_that_runs_and_reads_what_it_read_before_is_proved() -> None:
    assert prove(running(), "1.1", BEFORE, 30).is_proved
    assert prove(running(state="silent"), "1.1", [], 30).is_proved
