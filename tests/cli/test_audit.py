"""`gateway audit`: every batch is accounted for, or named as missing; and a store that was put back to yesterday is made whole again."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from gateway.audit.batches import Audited, audit
from gateway.audit.readings import cut_out
from gateway.centre.series_rows import origin
from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.influx.line_protocol import tags_of
from gateway.centre.stores.port import Series
from gateway.journal.entries import BatchState, Gap
from gateway.journal.inspect import EpochBatches, JournalRow
from gateway.model.batch import BatchRow
from gateway.model.canonical import FieldType
from gateway.model.site import InfluxSettings
from gateway.model.stream import Stream, StreamField
from gateway.model.topics import GatewayId
from tests.profiles.register_facts import FACTS, FactDevice
from tests.system.servers import Process, free_port, gateway, influxdb, mosquitto, victoria, wait_until

ME, OTHER, RUN = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2"), b"epoch..8"


def good(found: list[Audited]) -> bool:
    return not any(one.missing or one.unknown for one in found)


def gap(first: int, last: int) -> Gap:
    return Gap(1, RUN, first, last, None, None, 5, "the journal was full")


def test_what_was_confirmed_and_is_not_in_the_store_is_missing() -> None:
    found = audit(ME, [EpochBatches(RUN, {0, 1, 2, 3}, {5}, {4: "no such field"})], [], {(ME, RUN): {0, 3}})
    (one,) = found
    assert (one.batches, one.stored, one.waiting, one.rejected, one.missing, one.unknown) == (6, 2, 1, [(4, "no such field")], [(1, 2)], [])


def test_what_is_in_a_recorded_gap_is_accounted_for_and_what_is_nowhere_is_unknown() -> None:
    found = audit(ME, [EpochBatches(RUN, {0, 5, 8}, set(), {})], [gap(1, 4)], {(ME, RUN): {0, 5, 8}})
    assert (found[0].unknown, found[0].missing) == ([(6, 7)], [])
    assert good(audit(ME, [EpochBatches(RUN, {0, 5}, set(), {})], [gap(1, 4)], {(ME, RUN): {0, 5}}))


def test_what_is_stored_though_its_receipt_was_lost_is_stored() -> None:
    found = audit(ME, [EpochBatches(RUN, set(), {0, 1}, {})], [], {(ME, RUN): {0}})
    assert good(found)
    assert (found[0].stored, found[0].waiting) == (1, 1)


def test_a_gateway_without_a_store_is_audited_by_its_receipts_and_a_centre_by_its_numbers() -> None:
    receipts = audit(ME, [EpochBatches(RUN, {0, 1}, {2}, {})], [], None)
    assert (good(receipts), receipts[0].stored) == (True, 2)
    centre = audit(None, [], [], {(ME, RUN): {3, 4, 6}, (OTHER, RUN): {1}})
    assert [(one.gateway, one.unknown) for one in centre] == [("gw-1", [(5, 5)]), ("gw-2", [])]
    assert not good(centre)


class Kept:
    """A store of one field of one series, by its times."""

    shows_within_s = 0.0

    def __init__(self, *times: int) -> None:
        self._times = set(times)

    def counts(self, of: GatewayId, measurement: str, from_ms: int, part_ms: int) -> Iterator[tuple[Series, int, int]]:
        assert of == ME
        for part, count in Counter(t_ms // part_ms * part_ms for t_ms in self._times if t_ms >= from_ms).items():
            yield Series(measurement, tuple(sorted(tags_of(origin(ME, STREAM)).items())), "las"), part, count

    def times(self, series: Series, from_ms: int, to_ms: int) -> set[int]:
        assert (series.measurement, series.field) == ("noise", "las")
        return {t_ms for t_ms in self._times if from_ms <= t_ms < to_ms}

    def show(self, t_ms: int) -> None:
        self._times.add(t_ms)


STREAM = Stream("st-1", "ear", "test", "noise", (StreamField("las", FieldType.FLOAT),), 1.0)


def cut(rows: list[tuple[int, BatchState]], kept: Kept, since_ms: int = 0) -> list[tuple[int, int, int]]:
    held = [JournalRow(STREAM, t_ms, BatchRow(0, 0, (1.5,)), state) for t_ms, state in rows]
    return [(one.from_ms, one.to_ms, one.readings) for one in cut_out(lambda: held, ME, kept, since_ms)]


def test_neighbouring_readings_that_are_missing_are_one_cut_and_a_reading_in_between_ends_it() -> None:
    rows = [(t_ms, BatchState.STORED) for t_ms in range(1000, 9000, 1000)]
    assert cut(rows, Kept(*range(1000, 9000, 1000))) == []
    assert cut(rows, Kept(1000, 4000, 8000)) == [(2000, 3000, 2), (5000, 7000, 3)]


def test_what_is_stored_without_its_receipt_hides_nothing_that_is_missing_beside_it() -> None:
    assert cut([(1000, BatchState.STORED), (2000, BatchState.WAITING)], Kept(2000)) == [(1000, 1000, 1)]
    assert cut([(1000, BatchState.STORED), (2000, BatchState.WAITING)], Kept(1000)) == []


def test_what_a_store_shows_late_is_not_missing_and_what_it_never_shows_is() -> None:
    kept = Kept(1000)
    held = [JournalRow(STREAM, t_ms, BatchRow(0, 0, (1.5,)), BatchState.STORED) for t_ms in (1000, 2000, 3000)]
    found = cut_out(lambda: held, ME, kept, 0, lambda: kept.show(2000))
    assert [(one.from_ms, one.to_ms) for one in found] == [(3000, 3000)]


def test_what_is_older_than_asked_for_hides_nothing_that_is_missing_after_it() -> None:
    assert cut([(5000, BatchState.STORED)], Kept(1000), since_ms=4000) == [(5000, 5000, 1)]


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
async def test_a_gap_cut_into_the_store_by_hand_is_named_by_device_times_and_reason_and_a_replay_closes_it(place: Path) -> None:
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
        "confirmed as stored, and no longer in the store",
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
async def test_what_victoriametrics_loses_of_its_last_second_when_it_is_killed_is_named_and_a_replay_brings_it_again(
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
