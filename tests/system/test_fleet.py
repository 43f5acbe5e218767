"""A fleet of simulated gateways against a real centre: the store contains what the fleet sent, even if all connections break at once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.model.site.store import InfluxSettings
from tests.system.servers import free_port, gateway, influxdb, mosquitto

pytestmark = pytest.mark.system


def test_a_fleet_whose_connections_all_break_loses_nothing(tmp_path: Path) -> None:
    broker, port = mosquitto(tmp_path)
    store, url = influxdb(tmp_path)
    (tmp_path / "centre.yaml").write_text(yaml.safe_dump({"site": "sim", "centre": {
        "broker": f"mqtt://127.0.0.1:{port}", "store": {"influx": {"url": url}}, "dead_letters": str(tmp_path / "dead.sqlite"),
        "listen": f"127.0.0.1:{free_port()}"}}))  # fmt: skip
    worker = gateway("centre", tmp_path, "central", "--role", "ingest", str(tmp_path / "centre.yaml"))
    worker.wait_for("connected to")
    command = [sys.executable, "-m", "gateway", "simulate", "fleet", f"mqtt://127.0.0.1:{port}", "--gateways", "60", "--points-per-second", "15",
               "--minutes", "0.25", "--flush", "2", "--ramp", "2", "--storm", "5", "--outage", "3", "--json"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["gateways"], found["connected_most"], found["lost"], found["rejected"]) == (60, 60, 0, 0)
    assert found["confirmed"] == found["batches"] > 60 * 5
    assert "connected" in done.stderr
    connection = InfluxConnection(InfluxSettings(url=url))
    (batches,) = query(connection, "street", 'SELECT count("seq"), sum("readings") FROM "uplink"')
    values = query(connection, "street", 'SELECT count(*) FROM "lighting_meter"')
    connection.close()
    assert batches["values"][0][1] == found["batches"]
    assert sum(values[0]["values"][0][1:]) == found["points"]
    for process in (worker, store, broker):
        process.stop()


def test_a_fleet_without_a_broker_reports_what_it_could_not_deliver(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway.simulate.fleet", str(tmp_path / "plan.json")]
    (tmp_path / "plan.json").write_text(json.dumps({"broker": f"mqtt://127.0.0.1:{free_port()}", "site": "sim", "gateways": 3, "points": 5,
                                                    "seconds": 2.5, "flush_s": 1, "ramp_s": 0.2, "drain_s": 0.5}))  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["connected"], last["confirmed"], last["done"]) == (0, 0, True)
    assert last["unconfirmed"] == last["batches"] > 3
