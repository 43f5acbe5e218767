"""A site whose every part has a certificate and only the rights of its role: readings are stored, published to utilities, and shown."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.journal.inspect import stats
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine, StreetPlan
from tests.hostile.client import Client
from tests.system.servers import Process, gateway, wait_until
from tests.trust.broker import SiteAuthority, SiteBroker
from tests.trust.broker import gateway as command

pytestmark = pytest.mark.system

USER = "prato-citelum-gw-1"
ACCESS: dict[str, Any] = {
    "gateways": {"citelum": ["gw-1"]},
    "processes": {"worker-2": "ingest", "plane": "city", "desk": "fleet"},
    "utilities": {"acqua": [{"operator": "citelum", "measurements": ["lighting_meter"]}]},
}


@pytest.fixture
def running() -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for process in reversed(processes):
        process.stop()


@pytest.fixture
def broker(tmp_path: Path, running: list[Process]) -> SiteBroker:
    return SiteBroker(tmp_path, ACCESS)


def tls_of(identity: Path) -> dict[str, str]:
    return {"ca": str(identity.with_name("authority.pem")), "cert": str(identity), "key": str(identity)}


def meter(folder: Path) -> tuple[Process, str]:
    """Start a simulated meter; return the path of its serial line."""
    line = SimLine("l", "rtu", 9600, [SimDevice("meter", "em340", 5, ["qe-1"], 1.0)])
    plan = StreetPlan(SimGateway("citelum", "gw-1", [line]), str(folder / "served.jsonl"), 1, 1.0, time.time())
    (folder / "plan.json").write_bytes(msgspec.json.encode(plan))
    process = Process("street", folder, sys.executable, "-m", "gateway.simulate", str(folder / "plan.json"))
    wait_until("the meter", lambda: process.said().endswith("}\n"))
    return process, json.loads(process.said())["l"]


def centre_of(folder: Path, broker: SiteBroker, authority: SiteAuthority, user: str) -> Path:
    """Write the site file of a process of the centre on another machine, with its own certificate."""
    centre = {
        "broker": f"mqtts://127.0.0.1:{broker.tls}", "tls": tls_of(authority.identity(user)), "listen": "127.0.0.1:0",
        "login": {"user": "centre", "password_file": str(folder / "centre.password")},
        "store": {"history": {"path": str(folder / "history.sqlite")}}, "city": {"at_most": "0s", "at_least": "1s"},
    }  # fmt: skip
    path = folder / f"{user}.yaml"
    path.write_text(json.dumps({"site": "prato", "centre": centre}))
    return path


def test_readings_reach_the_store_and_a_utility_with_the_rights_of_their_roles_alone(
    broker: SiteBroker, tmp_path: Path, running: list[Process]
) -> None:
    authority = SiteAuthority(tmp_path / "authority", broker)
    broker.start()
    assert broker.process is not None
    street, port = meter(tmp_path)
    running += [broker.process, street]
    for user, role in (("worker-2", "ingest"), ("plane", "city")):
        site = centre_of(tmp_path, broker, authority, user)
        running.append(gateway(role, tmp_path, "central", "--role", role, "--worker", user, str(site)))
        running[-1].wait_for("connected to")
    uplink = {"broker": f"mqtts://127.0.0.1:{broker.tls}", "tls": tls_of(authority.identity(USER)), "flush": "1s"}
    devices = [{"id": "meter", "profile": "carlo_gavazzi_em340", "unit": 5, "asset": "qe-1", "every": "1s"}]
    described = {
        "site": "prato", "operator": "citelum", "gateway": "gw-1", "uplink": uplink, "listen": "127.0.0.1:0",
        "journal": {"path": str(tmp_path / "journal.sqlite")}, "lines": [{"id": "l", "serial": port, "devices": devices}],
    }  # fmt: skip
    (tmp_path / "gw-1.yaml").write_text(json.dumps(described))
    utility = Client(broker.tls, "acqua", tls=authority.context(authority.identity("acqua"))).ready()
    utility.subscribe("#")
    running.append(gateway("gw-1", tmp_path, "run", str(tmp_path / "gw-1.yaml")))
    wait_until("a message of the city plane", lambda: bool(utility.received))
    wait_until("a receipt", lambda: stats(tmp_path / "journal.sqlite").stored.batches > 0)
    fleet = json.loads(command("fleet", centre_of(tmp_path, broker, authority, "desk"), "--wait", "1", "--json").output)
    received = {topic for topic, _, _ in utility.received}
    utility.close()
    assert {topic.rpartition("/")[0] for topic in received} == {"prato/v1/citelum/city/lighting_meter"}
    assert [(one["gateway"], one["state"]) for one in fleet] == [("gw-1", "online")]
    for process in running:
        assert "refuses" not in process.said()
