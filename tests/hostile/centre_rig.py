"""Broker, store and centre as real processes, an honest gateway of one operator, and an attacker of another."""

import contextlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.model.site.store import StoreSettings
from tests.hostile.attacker import ATTACKER, Attacker, Target
from tests.hostile.broker import CENTRE_USER, Ports, password_of, shipped_mosquitto
from tests.hostile.client import Client
from tests.hostile.outcome import CENTRE_MIB, Health, Memory, Outcome, judged, last_words
from tests.hostile.victim import VICTIM, Victim, store_settings
from tests.system.servers import Process, free_port, gateway, influxdb, listens, wait_until

_LONGEST_S = 75.0
"""How long others are waited for after an attack."""

_DOCUMENTS, _CLEARED_WITHIN_S = 32, 20.0
"""How many schema documents of a gateway the broker may retain, soon after an attack."""


class CentreAttack(NamedTuple):
    """An attack on the centre: what the attacker does, and whether it needs InfluxDB instead of the embedded history."""

    run: Callable[[Attacker], None]
    influx: bool = False


class CentreRig:
    """A centre that is started again when it ends, as systemd does."""

    def __init__(self, folder: Path, ports: Ports, store: dict[str, object]) -> None:
        self._folder, self._listen = folder, free_port()
        secret = folder / "password"
        secret.write_text(password_of(CENTRE_USER))
        secret.chmod(0o600)
        centre = {
            "broker": f"mqtt://127.0.0.1:{ports.centre}", "login": {"user": CENTRE_USER, "password_file": str(secret)}, "store": store,
            "listen": f"127.0.0.1:{self._listen}", "dead_letters": str(folder / "dead.sqlite"), "city": {"at_most": "2s", "at_least": "60s"},
        }  # fmt: skip
        (folder / "centre.yaml").write_text(json.dumps({"site": VICTIM.site, "centre": centre}))
        self.last_words: list[str] = []
        self.restarts, self.memory, self.health = 0, Memory(), Health(self._listen)
        self.process = self._start()
        wait_until("the centre", lambda: listens(self._listen))
        self.process.wait_for("connected to")
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._supervise, self._ask_health)]
        for thread in self._threads:
            thread.start()

    def _start(self) -> Process:
        return gateway("centre", self._folder, "central", str(self._folder / "centre.yaml"))

    def _supervise(self) -> None:
        while not self._stop.wait(0.05):
            if self.memory.look(self.process.process.pid):
                self.process.kill_9()
            if self.process.process.poll() is not None:
                self.restarts += 1
                self.last_words = last_words(self.process.log)
                time.sleep(1.0)
                self.process = self._start()

    def _ask_health(self) -> None:
        while not self._stop.wait(0.5):
            self.health.look()

    def end(self) -> None:
        """Stop to watch."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def stop(self) -> list[str]:
        """Stop the centre; return what was wrong with that."""
        begun_s = time.monotonic()
        self.process.ask_to_stop()
        try:
            self.process.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill_9()
            return ["the centre ignored SIGTERM for 20 s"]
        took_s = time.monotonic() - begun_s
        return [f"the centre took {took_s:.0f} s to end"] if took_s > 10 else []


def attack_centre(name: str, attack: CentreAttack, seed: int, seconds: float) -> Outcome:
    """Run one attack on a centre of its own."""
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        broker, ports = shipped_mosquitto(folder, [VICTIM, ATTACKER])
        store, url = influxdb(folder) if attack.influx else (None, None)
        settings = store_settings(folder, url)
        rig = CentreRig(folder, ports, settings)
        victim = Victim(ports)
        wait_until("the first receipts", lambda: victim.confirmed >= 3)
        victim.send_junk()
        wait_until("the dead letter", lambda: _has_letter(folder))
        victim.begin()
        target = msgspec.json.encode(Target(name, ports, seed, seconds)).decode()
        others = _attacked(folder, target, seconds)
        time.sleep(1.0)
        delay_s = victim.end(_LONGEST_S)
        rig.end()
        others += [] if rig.restarts else rig.health.lies(delay_s=delay_s, well=victim.settled)
        lost = victim.lost(msgspec.convert(settings, StoreSettings))
        others += _retained(ports)
        if victim.forged:
            others.append(f"{victim.forged} forged receipts reached another gateway")
        others += rig.stop()
        others += rig.last_words
        others += [] if _has_letter(folder) else ["a dead letter of another is gone"]
        victim.close()
        broker.stop()
        if store is not None:
            store.stop()
        return judged(
            name, seed, delay_s=delay_s, peak_mib=rig.memory.peak_mib, limit_mib=CENTRE_MIB, restarts=rig.restarts, lost=lost, others=others
        )


def _retained(ports: Ports) -> list[str]:
    """Return what is wrong with the number of schema documents that the broker retains of the attacker, after a while."""
    until_s = time.monotonic() + _CLEARED_WITHIN_S
    while (count := _count_documents(ports)) > _DOCUMENTS:
        if time.monotonic() > until_s:
            return [f"the broker retains {count} schema documents of one gateway"]
        time.sleep(1.0)  # to count takes the broker's time, too
    return []


def _count_documents(ports: Ports) -> int:
    """Return how many schema documents the broker retains of the attacker, or some number above the limit."""
    reader, count = Client(ports.centre, CENTRE_USER, "counts-documents").ready(), -1
    reader.subscribe(ATTACKER.topic("data").removesuffix("data") + "schema/+")
    while count < len(reader.received) <= _DOCUMENTS:
        count = len(reader.received)
        time.sleep(0.5)
    reader.close()
    return sum(retained for _, _, retained in reader.received)


def _has_letter(folder: Path) -> bool:
    """Return whether the file of dead letters has one of the victim."""
    with contextlib.closing(sqlite3.connect(folder / "dead.sqlite")) as database:
        return bool(database.execute("SELECT count(*) FROM letters WHERE topic = ?", (VICTIM.topic("data"),)).fetchone()[0])


def _attacked(folder: Path, target: str, seconds: float) -> list[str]:
    """Let the attacker run, and return what was wrong with the attack itself."""
    process = Process("attacker", folder, sys.executable, "-m", "tests.hostile.attacker", target)
    try:
        code = process.process.wait(seconds + 60)
    except subprocess.TimeoutExpired:
        process.kill_9()
        return []
    return [] if code == 0 else [f"the attack itself failed: {process.log.read_text()[-500:]}"]
