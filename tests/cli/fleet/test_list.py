"""`gateway fleet`: states from the broker and health from the store, in one table."""

import asyncio
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.sqlite import HistoryStore
from gateway.cli import main
from gateway.edge.telemetry.health import FIELDS, GatewayHealth, health_stream, health_values
from gateway.model.batch import Value
from gateway.model.messages import GatewayState, ReportReason
from gateway.model.site.store import InfluxSettings
from gateway.model.topics import GatewayId
from gateway.provision.report.signed import sign
from tests.centre.readings import lines
from tests.provision.report.reports import report
from tests.provision.report.test_signed import Signer
from tests.system.peer import Peer
from tests.system.servers import influxdb, mosquitto

ONE, TWO, THREE = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2"), GatewayId("prato", "publiacqua", "gw-1")


def told(t_ms: int, waiting: int) -> list[Value]:
    return health_values(GatewayHealth(3600.5, waiting, synchronised=True, line_load=0.425), Path("/tmp/x"), None, "0.1.0", t_ms)


def test_a_reading_of_health_has_the_fields_of_its_stream_in_their_types() -> None:
    values = dict(zip(FIELDS, told(0, 3), strict=True))
    assert (values["uptime"], values["backlog_batches"], values["clock_synchronised"], values["line_load"], values["version"]) == (
        3600,
        3,
        True,
        42.5,
        "0.1.0",
    )
    assert 0 < float(values["disk_free"] or 0) <= 100
    assert [field.name for field in health_stream("gw-1").fields] == list(FIELDS)


@pytest.mark.system
@pytest.mark.parametrize("kind", ["history", "influx"])
async def test_the_table_shows_state_and_health(kind: str, tmp_path: Path) -> None:
    broker, port = mosquitto(tmp_path)
    t_ms = time.time_ns() // 1_000_000 - 30_000
    rows = [
        StoredRow(origin(of, health_stream(of.gateway)), t_ms + ago, told(0, waiting))
        for of, ago, waiting in ((ONE, 0, 3), (ONE, 10, 4), (THREE, 0, 500))
    ]
    server = None
    if kind == "history":
        store = HistoryStore(tmp_path / "h.sqlite")
        assert store.write([rows]) == []
        store.close()
        described: dict[str, object] = {"history": {"path": str(tmp_path / "h.sqlite")}}
    else:
        server, url = influxdb(tmp_path)
        influx = InfluxStore(InfluxSettings(url=url))
        assert influx.write(["\n".join(lines(rows))]) == []
        influx.close()
        described = {"influx": {"url": url}}
    (tmp_path / "centre.yaml").write_text(
        yaml.safe_dump({"site": "prato", "centre": {"broker": f"mqtt://127.0.0.1:{port}", "store": described}})
    )
    other = await Peer(f"mqtt://127.0.0.1:{port}").start()
    for of, state in ((ONE, GatewayState("online", clock="holdover", version="0.1.0")), (TWO, GatewayState("offline"))):
        await other.say(of.topic("state"), state, retain=True)
    command = [sys.executable, "-m", "gateway", "fleet", str(tmp_path / "centre.yaml")]
    shown = (await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=True)).stdout.splitlines()
    assert shown[1].split()[:4] == ["citelum/gw-1", "online", "0.1.0", "holdover"]
    assert " ago " in shown[1]
    assert shown[1].split()[7:10] == ["4", "42.5", "%"]
    assert shown[-1] == "3 gateways, 1 online"
    listed = json.loads(
        (await asyncio.to_thread(subprocess.run, [*command, "--json"], capture_output=True, text=True, timeout=60, check=True)).stdout
    )
    assert [(one["gateway"], one["state"], one.get("backlog_batches")) for one in listed] == [
        ("gw-1", "online", 4),
        ("gw-2", "offline", None),
        ("gw-1", "offline", 500),
    ]
    await other.mqtt.stop()
    for process in (broker, server):
        if process is not None:
            process.stop()


def test_only_what_needs_attention_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def states(*_: object) -> dict[GatewayId, GatewayState]:
        return {ONE: GatewayState("online", clock="unsynced"), TWO: GatewayState("offline", clock="synced")}

    monkeypatch.setattr("gateway.cli.fleet.list.gateway_states", states)
    store = {"history": {"path": str(tmp_path / "h.sqlite")}}
    (tmp_path / "centre.yaml").write_text(yaml.safe_dump({"site": "prato", "centre": {"broker": "mqtt://127.0.0.1:1", "store": store}}))
    HistoryStore(tmp_path / "h.sqlite").close()
    done = CliRunner().invoke(main, ["fleet", str(tmp_path / "centre.yaml")], color=True)
    _, one, two, _ = done.output.splitlines()
    assert re.findall("\x1b.31m(.*?)\x1b", one) == ["unsynced"]
    assert re.findall("\x1b.31m(.*?)\x1b", two) == ["offline"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("gw-1", "'gw-1' is not the name of a gateway; write operator/gateway"), ("citelum/gw-1", "did not answer within 0.2 s")],
)
def test_a_gateway_that_can_not_be_forgotten_is_an_error(name: str, sentence: str, tmp_path: Path) -> None:
    store = {"history": {"path": str(tmp_path / "h.sqlite")}}
    (tmp_path / "centre.yaml").write_text(yaml.safe_dump({"site": "prato", "centre": {"broker": "mqtt://127.0.0.1:1", "store": store}}))
    done = CliRunner().invoke(main, ["fleet", str(tmp_path / "centre.yaml"), "--wait", "0.2", "--forget", name])
    assert done.exit_code == 1
    assert sentence in done.output


def test_reports_are_listed_with_what_is_to_do_and_whose_signature_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer(tmp_path)
    red = report(verdict="red", reasons=[ReportReason("lamp-1 \x1b[2Jdoes not respond", "…")])
    made = {ONE: sign(red, signer.identity), TWO: sign(report(), signer.identity), THREE: sign(report(), None)}

    async def reports(*_: object) -> dict[GatewayId, bytes]:
        return made | {GatewayId("prato", "x", "y"): b"rubbish"}

    monkeypatch.setattr("gateway.cli.fleet.list.gateway_reports", reports)
    centre = {"broker": "mqtt://127.0.0.1:1", "store": {"history": {"path": str(tmp_path / "h.sqlite")}}}
    (tmp_path / "centre.yaml").write_text(yaml.safe_dump({"site": "prato", "centre": centre}))
    words = ["fleet", str(tmp_path / "centre.yaml"), "--reports", "--json"]
    unchecked = json.loads(CliRunner().invoke(main, words).stdout)
    assert {one["signature"] for one in unchecked} == {"not checked"}
    ca = str(signer.authority.folder / "authority.pem")
    done = CliRunner().invoke(main, [*words[:-1], "--ca", ca, "--save", str(tmp_path / "saved")])
    assert done.exit_code == 0, done.output
    rows = [line.split("  ") for line in done.stdout.splitlines()]
    assert [[cell.strip() for cell in row if cell][5] for row in rows[1:]] == ["good", "wrong", "none"]
    assert "lamp-1 ?[2Jdoes not respond" in done.stdout
    assert "x/y: it is no report" in done.stderr
    assert (tmp_path / "saved" / "citelum-gw-1.json").read_bytes() == made[ONE]
