"""A simulated street for the commands that need devices."""

import json
import sys
from pathlib import Path

import pytest

from tests.system.servers import Process, wait_until


@pytest.fixture
def street(tmp_path: Path) -> tuple[Path, Process]:
    """One simulated panel meter and one unit that nobody answers for, on one pty."""
    import msgspec

    from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine, StreetPlan

    lines = [
        SimLine("l", "rtu", 9600, [SimDevice("meter", "em340", 5, ["qe-1"], 1.0)]),
        SimLine("r", "text", 19200, [SimDevice("radar", "ops243", 0, ["ic-1"], 1.0)]),
    ]
    plan = StreetPlan(SimGateway("o", "g", lines), str(tmp_path / "served.jsonl"), 1, 1.0, 4e12)
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode(plan))
    process = Process("street", tmp_path, sys.executable, "-m", "gateway.simulate", str(tmp_path / "plan.json"))
    wait_until("the street", lambda: process.said().endswith("}\n"))
    addresses = json.loads(process.said())
    site = {
        "site": "s", "operator": "o", "gateway": "g", "uplink": {"broker": "mqtt://127.0.0.1:1", "flush": "1s"},
        "lines": [
            {"id": "l", "serial": addresses["l"], "timeout": "300ms", "devices": [
                {"id": "meter", "profile": "carlo_gavazzi_em340", "unit": 5, "asset": "qe-1"}, {"id": "ghost", "profile": "xy_md02", "unit": 6, "asset": "st-1"}]},
            {"id": "r", "serial": addresses["r"], "devices": [{"id": "radar", "profile": "omnipresense_ops243", "asset": "ic-1"}]},
        ],
    }  # fmt: skip
    (tmp_path / "site.yaml").write_text(json.dumps(site))
    return tmp_path, process
