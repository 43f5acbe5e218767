"""`gateway audit`: every batch is accounted for, or named as missing; and a store that was put back to yesterday is made whole again."""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gateway.cli.audit import audit
from gateway.journal.inspect import Epoch
from gateway.journal.journal import Gap
from gateway.model.topics import GatewayId
from tests.profiles.register_facts import FACTS, FactDevice
from tests.system.servers import Process, free_port, gateway, mosquitto, wait_until

ME, OTHER, RUN = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2"), b"epoch..8"


def gap(first: int, last: int) -> Gap:
    return Gap(1, RUN, first, last, None, None, 5, "the journal was full")


def test_what_was_confirmed_and_is_not_in_the_store_is_missing() -> None:
    found = audit(ME, [Epoch(RUN, {0, 1, 2, 3}, {5}, {4: "no such field"})], [], {(ME, RUN): {0, 3}})
    (one,) = found.runs
    assert not found.good
    assert (one.batches, one.stored, one.waiting, one.rejected, one.missing, one.unknown) == (6, 2, 1, [(4, "no such field")], [(1, 2)], [])


def test_what_is_in_a_recorded_gap_is_accounted_for_and_what_is_nowhere_is_unknown() -> None:
    found = audit(ME, [Epoch(RUN, {0, 5, 8}, set(), {})], [gap(1, 4)], {(ME, RUN): {0, 5, 8}})
    assert not found.good
    assert (found.runs[0].unknown, found.runs[0].missing, found.lost_readings) == ([(6, 7)], [], 5)
    assert audit(ME, [Epoch(RUN, {0, 5}, set(), {})], [gap(1, 4)], {(ME, RUN): {0, 5}}).good


def test_what_is_stored_though_its_receipt_was_lost_is_stored() -> None:
    found = audit(ME, [Epoch(RUN, set(), {0, 1}, {})], [], {(ME, RUN): {0}})
    assert found.good
    assert (found.runs[0].stored, found.runs[0].waiting) == (1, 1)


def test_a_gateway_without_a_store_is_audited_by_its_receipts_and_a_centre_by_its_numbers() -> None:
    receipts = audit(ME, [Epoch(RUN, {0, 1}, {2}, {})], [], None)
    assert (receipts.good, receipts.compared_with_store, receipts.runs[0].stored) == (True, False, 2)
    centre = audit(None, [], [], {(ME, RUN): {3, 4, 6}, (OTHER, RUN): {1}})
    assert [(one.gateway, one.unknown) for one in centre.runs] == [("gw-1", [(5, 5)]), ("gw-2", [])]
    assert not centre.good


@pytest.fixture
async def place(tmp_path: Path) -> Iterator[Path]:  # type: ignore[misc]  # an async fixture
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
        "centre": {"broker": url, "store": {"history": {"path": str(tmp_path / "history.sqlite")}}, "listen": f"127.0.0.1:{free_port()}"},
    }))  # fmt: skip
    yield tmp_path
    broker.stop()
    server.close()


def audited(place: Path) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "audit", str(place / "site.yaml"), "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def work_for(place: Path, seconds: float) -> None:
    """Let gateway and centre work, and end in good order."""
    centre = gateway("centre", place, "central", str(place / "site.yaml"))
    wait_until("the history", (place / "history.sqlite").exists)
    edge = gateway("edge", place, "run", str(place / "site.yaml"))
    edge.wait_for("connected to")
    time.sleep(seconds)
    end(edge, centre)


def end(*processes: Process) -> None:
    for process in processes:
        assert process.stop() == 0, process.said()


@pytest.mark.system
async def test_a_store_that_was_put_back_to_yesterday_is_found_out_and_made_whole_again(place: Path) -> None:
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
    assert any(one["missing"] for one in found["runs"])  # type: ignore[index,attr-defined]
    replayed = subprocess.run(
        [sys.executable, "-m", "gateway", "replay", str(place / "site.yaml"), "--since", "1h"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert int(replayed.stdout.split()[0]) > 3
    await asyncio.to_thread(work_for, place, 3)
    code, after = audited(place)
    assert (code, after["good"]) == (0, True)
    assert len(after["runs"]) == 3  # type: ignore[arg-type]
