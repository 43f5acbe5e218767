"""How fast the Situation Room tells its readers, and whether it loses anything: `python -m tests.situation.latency`.

A real mosquitto, a role of its own process with many active events, and many readers of the public tree. First an organisation requests
updates over MQTT, and the time from each request until every reader has it is measured. Then it updates many events several times a
second, and the versions that readers miss are counted.
"""

import json
import selectors
import socket
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host import clock
from gateway.situation.lifecycle.actions import Publish
from tests.centre.situation.exchange.town import ROOM, TREE, feature, publish, request
from tests.hostile.client import Client
from tests.situation.examples import CITELUM, ROME, accident
from tests.system.servers import Process, free_port, gateway, mosquitto, wait_until

_LIMIT_MS = 300.0
_MOST_UNANSWERED = 200


class Readers:
    """Readers of the public tree, in one thread; they are not sent what is retained."""

    def __init__(self, port: int, count: int, heard: Callable[[bytes, float], None]) -> None:
        self._heard, self._selector, self._stopped = heard, selectors.DefaultSelector(), threading.Event()
        self._granted = 0
        self._clients = [self._client(port, number) for number in range(count)]
        self._thread = threading.Thread(target=self._loop)
        self._thread.start()
        wait_until("the subscriptions", lambda: self._granted == count)

    def _client(self, port: int, number: int) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, f"reader-{number}", protocol=MQTTProtocolVersion.MQTTv5)
        client.on_connect = self._connected
        client.on_message = self._received
        client.on_subscribe = self._subscribed
        client.connect("127.0.0.1", port, 3600)
        sock = client.socket()
        assert isinstance(sock, socket.socket)
        self._selector.register(sock, selectors.EVENT_READ, client)
        return client

    def _connected(self, client: paho.Client, *_: object) -> None:
        client.subscribe(f"{TREE}/public/#", options=SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND))

    def _subscribed(self, *_: object) -> None:
        self._granted += 1

    def _received(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        self._heard(bytes(message.payload), time.time())

    def _loop(self) -> None:
        while not self._stopped.is_set():
            for key, _ in self._selector.select(0.5):
                key.data.loop_read()
                if key.data.want_write():
                    key.data.loop_write()

    def close(self) -> None:
        self._stopped.set()
        self._thread.join()
        for client in self._clients:
            client.disconnect()
            client.loop_write()


class Town:
    """A Situation Room with so many active events."""

    def __init__(self, folder: Path, events: int) -> None:
        self.folder, self.listen = folder, f"127.0.0.1:{free_port()}"
        self._broker, self.port = mosquitto(folder, 100_000)
        path = folder / "centre.yaml"
        path.write_text(json.dumps({"site": "prato", "time_zone": "Europe/Rome", "centre": {
            "broker": f"mqtt://127.0.0.1:{self.port}", "store": {"history": {"path": str(folder / "history.sqlite")}},
            "situation": msgspec.to_builtins(ROOM) | {"requests_per_minute": 1_000_000},
        }}))  # fmt: skip
        service = self.service()
        service._store._database.execute("PRAGMA synchronous = OFF")  # type: ignore[attr-defined]  # this is not what is measured
        for number in range(events):
            service.do(f"evento-{number}", Publish(id=f"evento-{number}", content=accident(), geometry=None), CITELUM, clock.now_ms())
        service.close()
        self.role: Process = gateway("room", folder, "situation", "serve", str(path), "--listen", self.listen)
        self.role.wait_for("connected to")
        wait_until("all events at the broker", lambda: self.metric("street_situations_published_total") >= 2 * events)
        service = self.service()
        service.do("ultimo", Publish(id="ultimo", content=accident(), geometry=None), CITELUM, clock.now_ms())
        service.close()
        wait_until("the last event", lambda: self.metric("street_situations_published_total") >= 2 * events + 2)

    def service(self) -> SituationService:
        """Open the store as another process does."""
        return SituationService(SqliteSituations(self.folder / "situations.sqlite"), room_rules(ROOM, ROME))

    def metric(self, name: str) -> float:
        """Return a metric of the role; 0 while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://{self.listen}/metrics", timeout=5) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return 0.0
        return next((float(line.split()[-1]) for line in lines if line.startswith(f"{name} ")), 0.0)

    def stop(self) -> None:
        self.role.stop()
        self._broker.stop()


@contextmanager
def town(events: int) -> Iterator[Town]:
    """Run a town in a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="latency-") as folder:
        made = Town(Path(folder), events)
        try:
            yield made
        finally:
            made.stop()


def latency(one: Town, readers: int, updates: int, every_s: float) -> dict[str, Any]:
    """Return the times from the requests of an organisation until readers have what follows, in milliseconds."""
    took: list[float] = []

    def heard(payload: bytes, now_s: float) -> None:
        said = json.loads(payload)["data"]["properties"].get("description")
        if said is not None:  # not one of the events that were there before
            took.append(1000 * (now_s - float(said["it"])))

    listening, citelum = Readers(one.port, readers, heard), Client(one.port, "citelum").ready()
    citelum.subscribe(f"{TREE}/org/citelum/answer")
    for number in range(updates):
        name = f"evento-{number}"
        document = feature(accident(description={"it": repr(time.time())}), name, version=1)
        citelum.post(f"{TREE}/org/citelum/request", request(str(number), {"type": "update", "feature": document}))
        time.sleep(every_s)
    wait_until("all of it", lambda: len(took) >= updates * readers)
    listening.close()
    citelum.close()
    took.sort()
    return {
        "updates": updates,
        "readers": readers,
        "messages": len(took),
        "p50_ms": round(took[len(took) // 2], 1),
        "p99_ms": round(took[int(len(took) * 0.99)], 1),
        "max_ms": round(took[-1], 1),
    }


def losses(one: Town, events: int, a_second: float, seconds: float, readers: int) -> dict[str, Any]:
    """Return how many versions readers miss if so many events change so many times a second."""
    came: dict[tuple[str, int], int] = {}

    def heard(payload: bytes, _now_s: float) -> None:
        event = json.loads(payload)
        key = event["subject"], event["data"]["properties"]["version"]
        came[key] = came.get(key, 0) + 1

    listening, answered, refused = Readers(one.port, readers, heard), [0], [0]

    def hear_answer(_topic: str, payload: bytes) -> None:
        answered[0] += 1
        refused[0] += not json.loads(payload)["done"]

    citelum = Client(one.port, "citelum", on_message=hear_answer).ready()
    citelum.subscribe(f"{TREE}/org/citelum/answer")
    names = [f"citelum-mutevole-{number}" for number in range(events)]
    for name in names:
        citelum.post(f"{TREE}/org/citelum/request", publish(name, accident(), name))
    wait_until("the events", lambda: answered[0] == events)
    begun_s, written = time.monotonic(), 0
    while (at_s := time.monotonic() - begun_s) < seconds:
        if written - (answered[0] - events) > _MOST_UNANSWERED:
            time.sleep(0.001)
            continue
        version = written // events + 1
        document = feature(accident(description={"it": str(version)}), names[written % events], version=version)
        citelum.post(f"{TREE}/org/citelum/request", request(f"u{written}", {"type": "update", "feature": document}))
        written += 1
        time.sleep(max(0.0, written / (events * a_second) - at_s))
    wait_until("the answers", lambda: answered[0] == events + written)
    took_s = time.monotonic() - begun_s
    expected = {(name, 1) for name in names} | {(names[number % events], number // events + 2) for number in range(written)}
    wait_until("all of it", lambda: came.keys() >= expected and min(came[key] for key in expected) >= readers)
    listening.close()
    citelum.close()
    return {
        "updates": written,
        "a_second": round(written / took_s, 1),
        "refused": refused[0],
        "lost": sum(readers - came.get(key, 0) for key in expected if came.get(key, 0) < readers),
        "doubled": sum(came.get(key, 0) - readers for key in expected if came.get(key, 0) > readers),
    }


@click.command()
@click.option("--events", default=10_000, show_default=True, help="Active events.")
@click.option("--readers", default=200, show_default=True)
@click.option("--updates", default=300, show_default=True, help="Updates of which the latency is measured.")
@click.option("--every-s", default=0.2, show_default=True, help="Seconds between them.")
@click.option("--changing", default=100, show_default=True, help="Events that change all the time.")
@click.option("--a-second", default=5.0, show_default=True, help="How often each does.")
@click.option("--seconds", default=60.0, show_default=True, help="For how long.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(**options: Any) -> None:
    """Measure latency and losses; exit with 1 if something was lost, or the 99th percentile is 300 ms or more."""
    with town(options["events"]) as one:
        quick = latency(one, options["readers"], options["updates"], options["every_s"])
        steady = losses(one, options["changing"], options["a_second"], options["seconds"], 5)
    result = {"events": options["events"], "latency": quick, "steady": steady}
    click.echo(json.dumps(result) if options["as_json"] else result)
    raise SystemExit(0 if quick["p99_ms"] < _LIMIT_MS and not (steady["lost"] or steady["doubled"] or steady["refused"]) else 1)


if __name__ == "__main__":
    main()
