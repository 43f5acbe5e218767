"""What a running gateway tells of itself."""

import msgspec

from gateway.edge.report.facts import running_facts
from gateway.edge.telemetry.lines_report import LinesReport
from gateway.provision.report.facts import DeviceFacts

_DEVICE = {
    "id": "meter", "profile": "carlo_gavazzi_em340", "state": "answers", "sent": 40, "answered": 39, "timeouts": 1, "crc_errors": 0, "exceptions": 0,
    "late": 0, "foreign": 0, "bytes": 900, "round_trip_p50_ms": 20.1, "round_trip_p95_ms": 31.5, "share": 3.2, "uncovered": [],
}  # fmt: skip


def lines() -> LinesReport:
    document = {"gateway": "gw-1", "lines": [{"id": "street", "broken": False, "missed": 0, "devices": [_DEVICE]}]}
    return msgspec.convert(document, LinesReport)


def test_devices_and_lines_are_as_it_says() -> None:
    health = {"connected": True, "cloned_by": "gw-b", "broken_lines": ["street"], "stalled_lines": ["yard"]}
    assert running_facts(lines(), health) == (
        True, "gw-b", frozenset({"street", "yard"}), {"meter": DeviceFacts("answers", 40, 39, 31.5, 3.2)},
    )  # fmt: skip


def test_what_health_does_not_say_is_not_assumed() -> None:
    found = running_facts(lines(), {"connected": "yes", "broken_lines": None})
    assert (found.connected, found.cloned_by, found.failing_lines) == (False, None, frozenset())
