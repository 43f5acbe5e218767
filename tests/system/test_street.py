"""A street end to end: real processes, brokers and stores. The stored readings are exactly those that the devices returned."""

import json
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.model.canonical import INTERNAL
from gateway.model.site.store import InfluxSettings
from gateway.simulate.verify.stored import from_history, from_influx
from gateway.simulate.verify.verdict import Key, StoredReading, StoredValue, Verdict
from tests.system.servers import Process, free_port, gateway, influxdb, listens, mosquitto, victoria, wait_until
from tests.system.street import TestStreet

pytestmark = pytest.mark.system


@pytest.fixture
def stopping() -> Iterator[list[Process]]:
    """Processes to stop at the end of the test, even if it fails."""
    processes: list[Process] = []
    yield processes
    for process in reversed(processes):
        process.process.kill()
        process.process.wait()


def run_street(street: TestStreet, stopping: list[Process]) -> None:
    """Run a street, and kill its centre three times."""
    stopping.extend(street.simulators)
    street.start_edges()
    stopping.extend(street.edges)
    street.read(60)
    for _ in range(3):
        street.centre.kill_9()
        street.read(10)
        stopping.append(street.start_centre())
        street.store(10)
    street.stop_edges()
    street.stop()


def test_mosquitto_and_influxdb_store_every_reading_though_the_ingest_is_killed(tmp_path: Path, stopping: list[Process]) -> None:
    broker, port = mosquitto(tmp_path)
    store, url = influxdb(tmp_path)
    stopping += [broker, store]
    street = TestStreet(tmp_path, f"mqtt://127.0.0.1:{port}", {"influx": {"url": url, "database": "street"}})
    run_street(street, stopping)
    verdict = street.verdict(from_influx(InfluxSettings(url=url, database="street")))
    check(verdict, street)
    assert verdict.taken > 60


def check(verdict: Verdict, street: TestStreet) -> None:
    """Check that everything is stored exactly once; a stopping gateway may abandon polls on a busy machine, and then says so."""
    excused = verdict.lost if street.abandoned else 0
    assert verdict._replace(lost=verdict.lost - excused).good, f"{verdict._asdict()}\n{street.errors()}"


_INTERNAL = tuple(f"{measurement}_" for measurement in INTERNAL)
TEXTS = {"lamp_power_state", "event_kind", "event_text", "event_text_it"}
"""VictoriaMetrics stores 0 in place of text."""


def exported(url: str) -> dict[Key, list[StoredReading]]:
    """Return everything in VictoriaMetrics, which has one series per field and stores numbers only, booleans as 1 and 0."""
    urllib.request.urlopen(f"{url}/internal/force_flush", timeout=10).close()
    # Without an end it leaves out what is younger than its own clock, which goes by whole seconds.
    later = int(time.time()) + 60
    with urllib.request.urlopen(f'{url}/api/v1/export?match[]={{asset!=""}}&start=0&end={later}', timeout=30) as answer:
        series = [json.loads(line) for line in answer.read().splitlines()]
    rows: dict[tuple[Key, int], dict[str, StoredValue]] = defaultdict(dict)
    for one in series:
        name = one["metric"].pop("__name__")
        if name in TEXTS or name.startswith(_INTERNAL):
            continue
        measurement = next(known for known in ("lighting_meter", "lamp", "traffic", "weather", "event") if name.startswith(known + "_"))
        for t_ms, value in zip(one["timestamps"], one["values"], strict=True):
            rows[Key(one["metric"]["asset"], measurement), t_ms][name.removeprefix(measurement + "_")] = value
    found: dict[Key, list[StoredReading]] = defaultdict(list)
    for (key, t_ms), values in rows.items():
        found[key].append(StoredReading(t_ms, values))
    return found


def without_texts(street: TestStreet) -> None:
    """Return readings without their texts."""
    for log in street.folder.glob("served-*.jsonl"):
        answers = [json.loads(line) for line in log.read_text().splitlines()]
        for answer in answers:
            answer["values"] = [value for value in answer["values"] if not isinstance(value[3], str)]
        log.write_text("".join(json.dumps(answer) + "\n" for answer in answers if answer["values"]))


def test_the_embedded_broker_and_victoriametrics_store_every_reading(tmp_path: Path, stopping: list[Process]) -> None:
    port = free_port()
    broker = gateway("broker", tmp_path, "broker", "--port", str(port))
    store, url = victoria(tmp_path)
    stopping += [broker, store]
    wait_until("the embedded broker", lambda: listens(port))
    street = TestStreet(tmp_path, f"mqtt://127.0.0.1:{port}", {"influx": {"url": url, "api": "victoria", "database": "street"}})
    run_street(street, stopping)
    without_texts(street)
    verdict = street.verdict(exported(url))
    check(verdict, street)
    assert verdict.taken > 60
    assert "with MQTT 3.1.1" in street.centre.log.read_text()


def test_the_embedded_broker_and_history_store_every_reading_though_the_ingest_is_killed(tmp_path: Path, stopping: list[Process]) -> None:
    port = free_port()
    broker = gateway("broker", tmp_path, "broker", "--port", str(port))
    stopping.append(broker)
    wait_until("the embedded broker", lambda: listens(port))
    street = TestStreet(tmp_path, f"mqtt://127.0.0.1:{port}", {"history": {"path": str(tmp_path / "history.sqlite")}})
    run_street(street, stopping)
    verdict = street.verdict(from_history(tmp_path / "history.sqlite"))
    check(verdict, street)


def test_a_killed_gateway_and_an_unreachable_broker_lose_nothing_that_was_flushed(tmp_path: Path, stopping: list[Process]) -> None:
    """A killed gateway loses at most the last second, which it had not flushed; everything else arrives."""
    broker, port = mosquitto(tmp_path)
    stopping.append(broker)
    street = TestStreet(tmp_path, f"mqtt://127.0.0.1:{port}", {"history": {"path": str(tmp_path / "history.sqlite")}})
    stopping += [*street.simulators, street.centre]
    street.start_edges()
    stopping += street.edges
    street.read(40)
    broker.kill_9()
    street.read(40)
    killed = street.edges[0]
    killed.kill_9()
    broker = Process("mosquitto", tmp_path, *broker.process.args)  # type: ignore[misc]  # a list of words
    stopping.append(broker)
    street.edges[0] = gateway(killed.name, tmp_path, "run", str(tmp_path / f"{killed.name}.yaml"))
    stopping.append(street.edges[0])
    street.store_all()
    street.stop_edges()
    street.stop()
    verdict = street.verdict(from_history(tmp_path / "history.sqlite"))
    assert verdict.duplicated == verdict.wrong_values == 0, verdict
    assert verdict.taken > 60
    # One flush is a second; the simulated street asks at most about thirty readings in it.
    assert verdict.lost <= 30, verdict


def test_a_running_gateway_uses_little_memory_and_reports_its_health(tmp_path: Path, stopping: list[Process]) -> None:
    broker, port = mosquitto(tmp_path)
    stopping.append(broker)
    street = TestStreet(tmp_path, f"mqtt://127.0.0.1:{port}", {"history": {"path": str(tmp_path / "history.sqlite")}}, lamps=60)
    stopping += [*street.simulators, street.centre]
    metrics = free_port()
    street.start_edges()
    stopping += street.edges
    edge = street.edges[0]
    edge.stop()
    document = json.loads((tmp_path / f"{edge.name}.yaml").read_text()) | {"listen": f"127.0.0.1:{metrics}"}
    (tmp_path / f"{edge.name}.yaml").write_text(json.dumps(document))
    edge = gateway("again", tmp_path, "run", str(tmp_path / f"{edge.name}.yaml"))
    stopping.append(edge)
    edge.wait_for("connected to")
    street.store(20)
    assert edge.rss_mib < 60
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/health", timeout=5) as answer:
        said = json.load(answer)
    assert said["ok"]
    assert said["readings"] > 0
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    assert "street_batches_stored_total" in text
    assert 'street_line_polls{line="panels"}' in text


def test_gateways_that_are_restarted_repeatedly_lose_nothing(tmp_path: Path, stopping: list[Process]) -> None:
    broker, port = mosquitto(tmp_path)
    stopping.append(broker)
    street = TestStreet(tmp_path, f"mqtt://127.0.0.1:{port}", {"history": {"path": str(tmp_path / "history.sqlite")}})
    stopping += [*street.simulators, street.centre]
    for round_ in range(4):
        street.start_edges()
        stopping += street.edges
        street.read(5 + 5 * round_)
        street.stop_edges()
        street.edges.clear()
    street.stop()
    verdict = street.verdict(from_history(tmp_path / "history.sqlite"))
    # What a radar streams while no gateway listens is nobody's: means may lack it, asked values may not.
    check(verdict._replace(wrong_values=0), street)
    assert all("average_speed" in note or "are not stored" in note for note in verdict.notes), verdict.notes
    assert verdict.taken > 60
