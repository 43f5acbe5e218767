"""A gateway as a real process with an honest and a hostile device, and a centre that this process plays."""

import itertools
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import zstandard

from gateway.model.topics import GatewayId, every_gateway, parse_gateway, worker_state
from tests.faults.rig import PROFILE
from tests.hostile.attacks.lines import honest
from tests.hostile.broker import CENTRE_USER, Ports, password_of, shipped_mosquitto, user_of
from tests.hostile.client import Client
from tests.hostile.devices import Answer, CountingDevice, HostileDevice
from tests.hostile.messages import json_of
from tests.hostile.outcome import DELAY_S, GATEWAY_MIB, Health, Memory, Outcome, judged, last_words
from tests.system.servers import Process, free_port, wait_until

EDGE = GatewayId("prato", "citelum", "gw-0042")
_DESCRIPTORS = 1024
"""The limit of open files that systemd gives a service."""

Downlink = Callable[[Client, GatewayId, random.Random, float], None]


class EdgeAttack(NamedTuple):
    """An attack on a gateway: by a device on a kind of line, by messages, or on its port of health."""

    way: str = "tcp"
    device: Answer | None = None
    downlink: Downlink | None = None
    visitor: Callable[[int, random.Random, float], None] | None = None


class PlayedCentre:
    """The centre: confirms each batch, and notes when each number of the honest device has arrived."""

    def __init__(self, ports: Ports) -> None:
        self.arrived: dict[int, float] = {}
        self._streams: dict[str, list[dict[str, Any]]] = {}
        self.client = Client(ports.centre, CENTRE_USER, on_message=self._received).ready()
        self.client.publish(worker_state(EDGE.site, "worker-1"), json_of({"state": "online", "start": "1"}), retain=True)
        self.client.subscribe(every_gateway(EDGE.site, "schema/+"), every_gateway(EDGE.site, "data"))

    def _received(self, topic: str, payload: bytes) -> None:
        parsed = parse_gateway(topic)
        if parsed is not None and parsed.schema is not None:
            document = zstandard.ZstdDecompressor().decompress(payload) if payload.startswith(b"\x28\xb5") else payload
            self._streams[parsed.schema.hex()] = json.loads(document)["streams"]
        elif payload:
            self._stored(payload)

    def _stored(self, payload: bytes) -> None:
        _, epoch, seq, schema, _, _, _, _, rows = msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(payload))
        for row in rows:
            stream = self._streams[schema.hex()][row[0]]
            if stream["device"] == "honest" and stream["measurement"] == "traffic" and row[2][0] is not None:
                self.arrived.setdefault(row[2][0], time.monotonic())
        self.client.post(EDGE.topic("receipt"), json_of({"epoch": epoch.hex(), "stored": [[seq, seq]]}))


class EdgeRig:
    """A gateway that is started again when it ends."""

    def __init__(self, folder: Path, ports: Ports, honest: str, hostile: str, way: str) -> None:
        self._folder, self.listen = folder, free_port()
        secret = folder / "password"
        secret.write_text(password_of(user_of(EDGE)))
        secret.chmod(0o600)
        device = {"profile": "counting", "every": "200ms"}
        serial = {"baud": 115200, "parity": "N"} if way == "serial" else {}
        site = {
            "site": EDGE.site, "operator": EDGE.operator, "gateway": EDGE.gateway, "journal": {"path": str(folder / "journal.sqlite")},
            "uplink": {"broker": f"mqtt://127.0.0.1:{ports.gateways}", "flush": "500ms", "login": {"user": user_of(EDGE), "password_file": str(secret)}},
            "listen": f"127.0.0.1:{self.listen}", "state": str(folder / "state"),
            "lines": [{"id": "good", "tcp": honest, "devices": [device | {"id": "honest", "asset": "a-1"}]},
                      {"id": "bad", way: hostile, "devices": [device | {"id": "hostile", "asset": "a-2"}]} | serial],
        }  # fmt: skip
        (folder / "edge.yaml").write_text(json.dumps(site))
        (folder / "counting.yaml").write_text(PROFILE)
        self.last_words: list[str] = []
        self.restarts, self.memory, self.health = 0, Memory(), Health(self.listen)
        self._stop = threading.Event()
        self.process = self._start()
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._supervise, self._ask_health)]
        for thread in self._threads:
            thread.start()

    def _start(self) -> Process:
        command = f"ulimit -Sn {_DESCRIPTORS}; exec {sys.executable} -m tests.hostile.edge_process edge.yaml counting.yaml"
        return Process("edge", self._folder, "/bin/sh", "-c", command)

    def _ask_health(self) -> None:
        while not self._stop.wait(0.5):
            self.health.look()

    def _supervise(self) -> None:
        while not self._stop.wait(0.05):
            if self.memory.look(self.process.process.pid):
                self.process.kill_9()
            if self.process.process.poll() is not None:
                self.restarts += 1
                self.last_words = last_words(self.process.log)
                time.sleep(1.0)
                self.process = self._start()

    def end(self) -> None:
        """Stop to watch."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def stop(self) -> list[str]:
        """Stop the gateway by SIGTERM, and return what was wrong with that."""
        begun_s = time.monotonic()
        self.process.ask_to_stop()
        try:
            self.process.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill_9()
            return ["the gateway ignored SIGTERM for 20 s"]
        took_s = time.monotonic() - begun_s
        return [f"the gateway took {took_s:.0f} s to end"] if took_s > 10 else []


def attack_edge(name: str, attack: EdgeAttack, seed: int, seconds: float) -> Outcome:
    """Run one attack on a gateway of its own; the victim is the other line."""
    with tempfile.TemporaryDirectory() as folder_name:
        folder, chance = Path(folder_name), random.Random(seed)
        broker, ports = shipped_mosquitto(folder, [EDGE])
        centre, device = PlayedCentre(ports), CountingDevice()
        hostile = HostileDevice(attack.way, attack.device or honest, seed)
        rig = EdgeRig(folder, ports, device.address, hostile.address, attack.way)
        wait_until("the first numbers", lambda: len(centre.arrived) >= 3)
        first, until_s = len(device.served) + 1, time.monotonic() + seconds
        if attack.downlink is not None:
            hostile_centre = Client(ports.centre, CENTRE_USER, "hostile-centre").ready()
            attack.downlink(hostile_centre, EDGE, chance, until_s)
            hostile_centre.close()
        elif attack.visitor is not None:
            threading.Timer(seconds / 2, device.cut).start()
            attack.visitor(rig.listen, chance, until_s)
        while time.monotonic() < until_s:
            time.sleep(0.1)
        lost, delay_s, others = _settled(device, centre, first)
        rig.end()
        if not hostile.asked:
            others.append("the hostile device was never asked")
        if rig.health.silent_s > 2 * DELAY_S:
            others.append(f"/health did not answer for {rig.health.silent_s:.0f} s")
        others += rig.stop()
        others += rig.last_words
        for one in (device, hostile):
            one.close()
        centre.client.close()
        broker.stop()
        return judged(
            name,
            seed,
            delay_s=delay_s,
            peak_mib=rig.memory.peak_mib,
            limit_mib=GATEWAY_MIB,
            restarts=rig.restarts,
            lost=lost,
            others=others,
        )


def _settled(device: CountingDevice, centre: PlayedCentre, first: int) -> tuple[int, float, list[str]]:
    """Silence the honest device, wait for its numbers, and return how many are missing, the greatest delay, and whether it was read at all."""
    last_s = max(device.served.values())
    idle_s = time.monotonic() - last_s
    others = [f"the line of the honest device was not read for {idle_s:.0f} s"] if idle_s > 5 else []
    device.silent = True
    wanted = {number for number in device.served if number >= first}
    until_s = time.monotonic() + 30
    while not wanted <= centre.arrived.keys() and time.monotonic() < until_s:
        time.sleep(0.1)
    missing = wanted - centre.arrived.keys()
    times = sorted(device.served[number] for number in wanted)
    apart_s = max((after - before for before, after in itertools.pairwise(times)), default=0.0)
    delays = [centre.arrived[number] - device.served[number] for number in wanted - missing]
    return len(missing), max([apart_s, *delays]), others
