"""Serial ports: present, stable names, permissions, latency, direction."""

from typing import Any

import pytest

from gateway.doctor.rules.ports import PortFacts, latency_timer, rs485, serial_permissions, serial_ports

GOOD = PortFacts("street", "/dev/serial/by-path/a", None, True, True, 1, "on")


@pytest.mark.parametrize(
    ("changed", "state"), [({}, "ok"), ({"why_missing": "No such file or directory"}, "failed"), ({"stable": False}, "warning")]
)
def test_a_port_is_there_under_a_name_that_stays(changed: dict[str, Any], state: str) -> None:
    assert serial_ports([GOOD._replace(**changed)]).state == state


def test_the_service_may_use_the_port() -> None:
    assert serial_permissions([GOOD], "street-gateway").state == "ok"
    found = serial_permissions([GOOD._replace(may_use=False)], "street-gateway")
    assert found.state == "failed"
    assert found.fix is not None
    assert "usermod -aG dialout street-gateway" in found.fix.it


@pytest.mark.parametrize(("latency_ms", "state"), [(1, "ok"), (16, "warning"), (None, "not applicable")])
def test_an_adapter_passes_on_bytes_at_once(latency_ms: int | None, state: str) -> None:
    assert latency_timer([GOOD._replace(latency_ms=latency_ms)]).state == state


@pytest.mark.parametrize(
    ("direction", "state"), [("on", "ok"), ("off", "warning"), ("unable", "failed"), ("unknown", "unknown"), (None, "not applicable")]
)
def test_the_driver_switches_the_transceiver_where_the_site_asks_for_it(direction: Any, state: str) -> None:
    assert rs485([GOOD._replace(direction=direction)]).state == state
    assert rs485([GOOD, GOOD._replace(port="/dev/b", direction="unable")]).state == "failed"


def test_without_serial_ports_there_is_nothing_to_check() -> None:
    missing = GOOD._replace(why_missing="gone")
    assert {one.state for one in (serial_ports([]), serial_permissions([], "u"), latency_timer([missing]), rs485([missing]))} == {
        "not applicable"
    }
