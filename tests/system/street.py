"""A street of processes: simulated devices, gateways and a centre, for a broker and a store that the test starts."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from gateway.journal.inspect import stats
from gateway.simulate.street.layout import SimGateway, StreetPlan, site_document, street
from gateway.simulate.street.served_log import read_served
from gateway.simulate.verify.verdict import Key, StoredReading, Verdict, compare
from tests.system.servers import Process, gateway, wait_until

_RESPONSE_S = "6s"
"""The simulators log a response when they send it. On a busy machine it must not arrive after the gateway has given up, or it seems lost."""


class TestStreet:
    """Starts and stops the processes. Expected values come from the log of the simulated devices."""

    __test__ = False

    def __init__(self, folder: Path, broker: str, store: dict[str, Any], lamps: int = 12) -> None:
        self.folder, self.broker = folder, broker
        self.layout = street(lamps)
        self.simulators = [self._simulate(one) for one in self.layout.gateways]
        self.centre_file = folder / "centre.yaml"
        self.centre_file.write_text(
            json.dumps(
                {
                    "site": "prato",
                    "centre": {
                        "broker": broker,
                        "store": store,
                        "listen": "127.0.0.1:0",
                        "dead_letters": str(folder / "dead.sqlite"),
                        "city": {"at_most": "0s", "at_least": "0s"},
                    },
                }
            )
        )
        self.edges: list[Process] = []
        self.centre = self.start_centre()

    def _simulate(self, one: SimGateway) -> Process:
        plan = StreetPlan(one, str(self.folder / f"served-{one.gateway}.jsonl"), 3, 60.0, time.time())
        path = self.folder / f"street-{one.gateway}.json"
        path.write_bytes(msgspec.json.encode(plan))
        process = Process(f"street-{one.gateway}", self.folder, sys.executable, "-m", "gateway.simulate", str(path))
        wait_until(process.name, lambda: process.said().endswith("}\n"))
        addresses = json.loads(process.said())
        for line in one.lines:
            line.address = addresses[line.id]
        return process

    def start_centre(self) -> Process:
        centre = gateway("central", self.folder, "central", str(self.centre_file))
        self.centre = centre
        centre.wait_for("connected to")
        return centre

    def start_edges(self) -> None:
        for one in self.layout.gateways:
            document = site_document(self.layout, one, broker=self.broker, journal=str(self._journal(one)), listen="127.0.0.1:0")
            for line in document["lines"]:
                line["timeout"] = _RESPONSE_S
            path = self.folder / f"{one.gateway}.yaml"
            path.write_text(json.dumps(document))
            self.edges.append(gateway(one.gateway, self.folder, "run", str(path)))
        for edge in self.edges:
            edge.wait_for("connected to")

    def read(self, more: int) -> None:
        """Wait until the gateways have so many readings more in their journals."""
        until = self._readings(waiting=True) + more
        wait_until(f"{more} readings", lambda: self._readings(waiting=True) >= until)

    def store(self, more: int) -> None:
        """Wait until so many readings more have a receipt."""
        until = self._readings(waiting=False) + more
        wait_until(f"receipts of {more} readings", lambda: self._readings(waiting=False) >= until)

    def store_all(self) -> None:
        """Wait until every reading has a receipt that is older than this call."""
        now_ms = time.time_ns() // 1_000_000
        waiting = [self._journal(one) for one in self.layout.gateways]
        wait_until("receipts of all readings", lambda: all((stats(one).waiting.oldest_ms or now_ms) >= now_ms for one in waiting))

    def _readings(self, *, waiting: bool) -> int:
        found = [stats(path) for path in map(self._journal, self.layout.gateways) if path.exists()]
        return sum(one.stored.readings + (one.waiting.readings if waiting else 0) for one in found)

    def _journal(self, one: SimGateway) -> Path:
        return self.folder / f"journal-{one.gateway}.sqlite"

    def stop_edges(self) -> None:
        for edge in self.edges:
            edge.ask_to_stop()
        for edge in self.edges:
            assert edge.stop() == 0, edge.log.read_text()[-3000:]
            assert "unconfirmed" not in edge.log.read_text(), edge.log.read_text()

    def stop(self) -> None:
        for process in (*self.edges, self.centre, *self.simulators):
            process.stop()

    def verdict(self, stored: dict[Key, list[StoredReading]]) -> Verdict:
        return compare([answer for log in self.folder.glob("served-*.jsonl") for answer in read_served(log)], stored)

    @property
    def abandoned(self) -> int:
        """How many polls were under way, for too long, when a gateway stopped."""
        return sum(log.read_text(errors="replace").count("its poll under way is abandoned") for log in self.folder.glob("*.log"))

    def errors(self) -> str:
        words = ("error", "warning")
        return "\n".join(
            f"{log.stem}: {line}"
            for log in self.folder.glob("*.log")
            for line in log.read_text(errors="replace").splitlines()
            if any(word in line.lower() for word in words)
        )
