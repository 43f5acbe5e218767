"""`gateway watch`: a running gateway and its devices."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import run
from tests.config.sites import GOOD
from tests.system.servers import Process, free_port, gateway, wait_until


def test_a_gateway_that_does_not_run_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD + "listen: 127.0.0.1:1\n")
    done = run("watch", "site.yaml", "--once", cwd=tmp_path)
    assert done.returncode == 1
    assert "gateway: no gateway responds at 127.0.0.1:1" in done.stderr


@pytest.mark.system
def test_a_running_gateway_is_watched(street: tuple[Path, Process]) -> None:
    folder, process = street
    site = json.loads((folder / "site.yaml").read_text())
    listen = free_port()
    site |= {"listen": f"127.0.0.1:{listen}", "journal": {"path": str(folder / "journal.sqlite")}}
    for device in site["lines"][0]["devices"]:
        device["every"] = "500ms"
    (folder / "watched.yaml").write_text(json.dumps(site))
    edge = gateway("edge", folder, "run", str(folder / "watched.yaml"))
    try:

        def looks() -> dict[str, dict[str, Any]]:
            done = run("watch", "watched.yaml", "--once", "--json", cwd=folder)
            return (
                {device["id"]: device for line in json.loads(done.stdout)["lines"] for device in line["devices"]}
                if done.returncode == 0
                else {}
            )

        wait_until("the ghost to be found out", lambda: looks().get("ghost", {}).get("state") == "silent")
        found = looks()
        assert found["meter"]["state"] == "answers"
        assert found["meter"]["answered"] >= 2
        assert found["meter"]["round_trip_p50_ms"] > 50
        assert found["ghost"]["answered"] == 0
        assert found["ghost"]["timeouts"] >= 2
        table = run("watch", "watched.yaml", "--once", cwd=folder)
        assert table.stdout.splitlines()[0].split()[:5] == ["line", "device", "state", "sent", "answered"]
        assert "line l: " in table.stdout
        with urllib.request.urlopen(f"http://127.0.0.1:{listen}/metrics", timeout=5) as answer:
            metrics = answer.read().decode()
        assert 'street_device_answered_total{device="meter",line="l"}' in metrics
        assert 'street_device_round_trip_seconds{device="meter",line="l",quantile="0.95"}' in metrics
    finally:
        edge.stop()
        process.stop()
