"""What is there before the technician comes: a broker, a store, a centre, a line with devices, and a gateway that knows none of them."""

import json
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from gateway.simulate.street.layout import roads_geojson, street
from gateway.simulate.street.served_log import read_served
from tests.system.servers import Process, free_port, gateway, influxdb, listens, mosquitto, wait_until

GATEWAY = "gw-0042"


class Installation:
    """Starts everything in a folder; `address` is that of the page, `code` that of the label, `port` that of the line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        broker, broker_port = mosquitto(folder)
        store, self._store_url = influxdb(folder)
        self._line = Process("line", folder, sys.executable, "-m", "tests.web.walk.line", str(folder / "served.jsonl"))
        wait_until("the line", lambda: "/dev/" in self._line.said())
        self.port = self._line.said().strip()
        centre = self._centre(f"mqtt://127.0.0.1:{broker_port}")
        page_port = free_port()
        self.address = f"http://127.0.0.1:{page_port}"
        edge = self._edge(f"mqtt://127.0.0.1:{broker_port}", page_port)
        self._processes = [edge, centre, self._line, store, broker]
        code = folder / "state" / "page" / "technician.code"
        wait_until("the code of the label", code.exists)
        self.code = code.read_text().strip()

    def _centre(self, broker: str) -> Process:
        file = self._folder / "centre.yaml"
        centre = {
            "broker": broker,
            "store": {"influx": {"url": self._store_url, "database": "street"}},
            "listen": "127.0.0.1:0",
            "dead_letters": str(self._folder / "dead.sqlite"),
        }
        file.write_text(json.dumps({"site": "prato", "centre": centre}))
        started = gateway("central", self._folder, "central", str(file))
        started.wait_for("connected to")
        return started

    def _edge(self, broker: str, page_port: int) -> Process:
        streets = self._folder / "streets.geojson"
        streets.write_text(json.dumps(roads_geojson(street(12))))
        (self._folder / "site.yaml").write_text(
            f"# {GATEWAY} as it leaves the workshop: no lines yet.\nsite: prato\noperator: citelum\ngateway: {GATEWAY}\n"
            f'uplink: {{broker: "{broker}"}}\njournal: {{path: {self._folder}/journal.sqlite}}\nstate: {self._folder}/state\nlisten: 127.0.0.1:{free_port()}\n'
            f"page: {{listen: 127.0.0.1:{page_port}, streets: {streets}}}\n"
        )
        started = Process("edge", self._folder, sys.executable, "-m", "tests.web.walk.synchronised", "run", str(self._folder / "site.yaml"))
        wait_until("the page", lambda: listens(page_port))
        return started

    @property
    def site_file(self) -> str:
        """The gateway's site file as it is now."""
        return (self._folder / "site.yaml").read_text()

    def served(self, asset: str, field: str) -> list[float]:
        """Return what the devices have served of a field."""
        found = [value for response in read_served(self._folder / "served.jsonl") for value in response.values]
        return [float(one.value) for one in found if (one.asset, one.field) == (asset, field)]

    def stored(self, measurement: str, asset: str, field: str) -> list[float]:
        """Return what the store has of a field."""
        query = f"SELECT {field} FROM {measurement} WHERE asset = '{asset}'"
        address = f"{self._store_url}/query?" + urllib.parse.urlencode({"db": "street", "q": query})
        with urllib.request.urlopen(address, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return [float(row[1]) for series in found["results"][0].get("series", []) for row in series["values"] if row[1] is not None]

    def stop(self) -> None:
        """Stop everything, the gateway first."""
        for process in self._processes:
            process.stop()
