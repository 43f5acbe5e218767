"""What a running gateway tells of itself, as the report of its installation needs it. Pure."""

from collections.abc import Mapping
from typing import Literal, cast

from gateway.edge.telemetry.lines_report import DeviceReport, LinesReport
from gateway.provision.report.facts import DeviceFacts, LiveFacts

_State = Literal["answers", "silent", "off", "not yet heard", "unknown"]


def running_facts(lines: LinesReport, health: Mapping[str, object]) -> LiveFacts:
    """Return the facts from what `/lines` and `/health` say."""
    cloned_by, failing = health.get("cloned_by"), (health.get(name) for name in ("broken_lines", "stalled_lines"))
    return LiveFacts(
        health.get("connected") is True,
        cloned_by if isinstance(cloned_by, str) else None,
        frozenset(name for names in failing if isinstance(names, list) for name in names),
        {device.id: _facts(device) for line in lines.lines for device in line.devices},
    )


def _facts(device: DeviceReport) -> DeviceFacts:
    return DeviceFacts(cast("_State", device.state), device.sent, device.answered, device.round_trip_p95_ms, device.share)
