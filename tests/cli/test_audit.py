"""`gateway audit`: what is missing in a store is found, and `gateway replay` restores it."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.model.site.store import InfluxSettings
from tests.profiles.register_facts import FACTS, FactDevice
from tests.system.servers import Process, free_port, gateway, influxdb, mosquitto, victoria, wait_until


@pytest.fixture(params=["history", "influx"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, object]]:
    """What a site file says of its store: the embedded history, InfluxDB, or VictoriaMetrics."""
    if request.param == "history":
        yield {"history": {"path": str(tmp_path / "history.sqlite")}}
    elif request.param == "influx":
        server, url = influxdb(tmp_path)
        yield {"influx": {"url": url, "database": "street"}}
        server.stop()
    else:
        yield {"influx": {"url": f"http://127.0.0.1:{free_port()}", "api": "victoria"}}


@pytest.fixture
async def place(tmp_path: Path, store: dict[str, object]) -> AsyncIterator[Path]:
    """A site whose gateway reads one sensor every second, with its broker and its centre on one machine."""
    device = FactDevice(1)
    for fact in FACTS:
        if fact.profile == "xy_md02":
            device.put(fact, [200])
    server, address = await device.serve()
    broker, port = mosquitto(tmp_path)
    url = f"mqtt://127.0.0.1:{port}"
    (tmp_path / "site.yaml").write_text(yaml.safe_dump({
        "site": "prato", "operator": "citelum", "gateway": "gw-1", "uplink": {"broker": url, "flush": "1s", "clock_wait": "0s"}, "listen": f"127.0.0.1:{free_port()}",
        "journal": {"path": str(tmp_path / "journal.sqlite")},
        "lines": [{"id": "air", "tcp": address, "devices": [{"id": "thermo", "profile": "xy_md02", "asset": "st-1", "every": "200ms"}]}],
        "centre": {"broker": url, "store": store, "dead_letters": str(tmp_path / "dead.sqlite"), "listen": f"127.0.0.1:{free_port()}"},
    }))  # fmt: skip
    yield tmp_path
    broker.stop()
    server.close()


def audited(place: Path) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "audit", str(place / "site.yaml"), "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def replayed(place: Path) -> int:
    """Let everything of the last hour be sent again; gives how many batches."""
    command = [sys.executable, "-m", "gateway", "replay", str(place / "site.yaml"), "--since", "1h"]
    return int(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split()[0])


def work_for(place: Path, seconds: float) -> None:
    """Let gateway and centre work, and end in good order."""
    centre = gateway("centre", place, "central", str(place / "site.yaml"))
    centre.wait_for("connected to")
    edge = gateway("edge", place, "run", str(place / "site.yaml"))
    edge.wait_for("connected to")
    time.sleep(seconds)
    end(edge, centre)


def end(*processes: Process) -> None:
    for process in processes:
        assert process.stop() == 0, process.said()


@pytest.mark.system
@pytest.mark.parametrize("store", ["history"], indirect=True)
async def test_a_store_restored_from_a_backup_is_found_incomplete_and_a_replay_restores_it(place: Path) -> None:
    await asyncio.to_thread(work_for, place, 4)
    code, before = audited(place)
    assert (code, before["good"], before["compared_with_store"]) == (0, True, True)
    backup = place / "yesterday"
    backup.mkdir()
    for file in place.glob("history.sqlite*"):
        shutil.copy(file, backup)
    await asyncio.to_thread(work_for, place, 4)
    whole = audited(place)
    assert whole[0] == 0
    for file in place.glob("history.sqlite*"):
        file.unlink()
    for file in backup.iterdir():
        shutil.copy(file, place)
    code, found = audited(place)
    assert code == 1
    assert any(one["missing"] for one in found["runs"])
    assert replayed(place) > 3
    await asyncio.to_thread(work_for, place, 3)
    code, after = audited(place)
    assert (code, after["good"]) == (0, True)
    assert len(after["runs"]) == 3


def cut_into(place: Path, first_s: float, last_s: float) -> None:
    """Cut a gap into the store by hand: one device, in between two moments of its newest readings."""
    settings = yaml.safe_load((place / "site.yaml").read_text())["centre"]["store"]
    if "influx" in settings:
        connection = InfluxConnection(InfluxSettings(**settings["influx"]))
        newest = query(connection, "street", "SELECT last(air_temperature) FROM weather WHERE device = 'thermo'")[0]["values"][0][0]
        span = f"time >= {int(newest - 1000 * first_s)}ms AND time <= {int(newest - 1000 * last_s)}ms"
        form = urlencode({"db": "street", "q": f"DELETE FROM weather WHERE device = 'thermo' AND {span}"}).encode()
        assert connection.request("POST", "/query", form, 1000, {"Content-Type": "application/x-www-form-urlencoded"})[0] == 200
        connection.close()
        return
    database = sqlite3.connect(place / "history.sqlite")
    (series,) = database.execute("SELECT id FROM series WHERE device = 'thermo' AND field = 'air_temperature'").fetchone()
    newest = database.execute("SELECT max(t_ms) FROM samples WHERE series = ?", (series,)).fetchone()[0]
    span_ms = (series, newest - 1000 * first_s, newest - 1000 * last_s)
    with database:
        assert database.execute("DELETE FROM samples WHERE series = ? AND t_ms BETWEEN ? AND ?", span_ms).rowcount > 3
    database.close()


@pytest.mark.system
async def test_readings_deleted_from_the_store_are_named_and_a_replay_restores_them(place: Path) -> None:
    await asyncio.to_thread(work_for, place, 5)
    assert audited(place)[0] == 0
    cut_into(place, 3.0, 1.5)
    code, found = audited(place)
    assert (code, found["good"]) == (1, False)
    (cut,) = found["cut_out"]
    assert (cut["asset"], cut["device"], cut["measurement"], cut["reason"]) == (
        "st-1",
        "thermo",
        "weather",
        "confirmed as stored, but no longer in the store",
    )
    assert 4 <= cut["readings"] <= 9
    assert 500 < cut["to_ms"] - cut["from_ms"] <= 1500
    said = subprocess.run(
        [sys.executable, "-m", "gateway", "audit", str(place / "site.yaml")], capture_output=True, text=True, timeout=60, check=False
    ).stdout
    assert "thermo (st-1)" in said
    command = said.strip().splitlines()[-1].split()
    assert command[:2] == ["gateway", "replay"]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout.split()[0]) >= 1
    await asyncio.to_thread(work_for, place, 2)
    code, after = audited(place)
    assert (code, after["cut_out"]) == (0, [])


def inserted(url: str) -> int:
    """Give how many values a VictoriaMetrics was given."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:
        return sum(int(line.split()[-1]) for line in answer.read().decode().splitlines() if line.startswith("vm_rows_inserted_total{"))


@pytest.mark.system
@pytest.mark.parametrize("store", ["victoria"], indirect=True)
async def test_readings_that_a_killed_victoriametrics_loses_are_named_and_a_replay_restores_them(
    place: Path, store: dict[str, dict[str, str]]
) -> None:
    url = store["influx"]["url"]
    port = int(url.rpartition(":")[2])
    server, _ = victoria(place, port)

    def killed_at_work(server: Process) -> Process:
        centre = gateway("centre", place, "central", str(place / "site.yaml"))
        centre.wait_for("connected to")
        edge = gateway("edge", place, "run", str(place / "site.yaml"))
        edge.wait_for("connected to")
        wait_until("a few batches", lambda: inserted(url) > 20)
        before = inserted(url)
        while inserted(url) == before:
            time.sleep(0.002)
        # Its yes to these has just been said, and they are in its memory alone.
        time.sleep(0.1)
        server.kill_9()
        end(edge)
        again, _ = victoria(place, port)
        end(centre)
        return again

    server = await asyncio.to_thread(killed_at_work, server)
    code, found = audited(place)
    assert (code, found["good"]) == (1, False)
    assert found["cut_out"] or any(one["missing"] for one in found["runs"])
    assert replayed(place) >= 1
    await asyncio.to_thread(work_for, place, 2)
    code, after = audited(place)
    assert (code, after["good"]) == (0, True), after
    server.stop()
