"""A gateway that starts on a full disk, a real one: it reads and sends, says so, and is durable when there is room."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from gateway.journal import inspect
from tests.journal.small_disk import fill, small_disk
from tests.system.servers import free_port, gateway, mosquitto, wait_until

pytestmark = pytest.mark.system

SITE = """
site: prato
operator: citelum
gateway: gw-1
listen: 127.0.0.1:{listen}
uplink: {{broker: "mqtt://127.0.0.1:{broker}", clock_wait: 0s, flush: 200ms, confirm: broker}}
journal: {{path: {disk}/state/journal.sqlite}}
lines:
  - {{id: street, tcp: "127.0.0.1:9", devices: [{{id: d-1, profile: xy_md02, asset: panel-1, every: 1s}}]}}
"""


def health_at(port: int) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))
    except OSError:
        return {}


def stored_at(port: int) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("street_batches_stored_total")))


def test_it_sends_what_it_reads_and_its_journal_is_whole_when_there_is_room(tmp_path: Path) -> None:
    broker, broker_port = mosquitto(tmp_path)
    listen = free_port()
    with small_disk(tmp_path / "disk") as disk:
        (tmp_path / "site.yaml").write_text(SITE.format(listen=listen, broker=broker_port, disk=disk))
        filler = fill(disk)
        edge = gateway("edge", tmp_path, "run", str(tmp_path / "site.yaml"))
        try:
            wait_until("a gateway in memory", lambda: health_at(listen).get("durable") is False)
            assert health_at(listen)["ok"] is False
            assert "is full" in edge.said()
            wait_until("batches that are sent and confirmed", lambda: stored_at(listen) >= 3)
            filler.unlink()
            wait_until("a durable journal", lambda: health_at(listen).get("durable") is True)
            before = stored_at(listen)
            wait_until("more batches", lambda: stored_at(listen) >= before + 3)
            assert edge.stop() == 0
        finally:
            edge.stop()
            broker.stop()
        journal = disk / "state" / "journal.sqlite"
        (run,) = inspect.epochs(journal)
        assert run.known == set(range(len(run.known))), "no batch is missing, none is there twice"
        assert run.rejected == {}
        assert inspect.gaps(journal) == []
        alarms = [one.values for one in inspect.readings(journal) if one.measurement == "event" and one.device == "gw-1"]
        assert [(one["kind"], one["active"]) for one in alarms] == [("journal_in_memory", True), ("journal_in_memory", False)]
