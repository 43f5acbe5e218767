"""A Situation Room with the organisations of the day, on a mosquitto with their access rules, and its API."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from gateway.simulate.day.client import OrganisationClient
from gateway.simulate.day.credentials import DayCredentials, issue_passwords, listener, room_document, with_tokens
from gateway.simulate.day.mqtt_client import MqttOrganisation
from gateway.simulate.day.rest_client import RestOrganisation
from tests.system.servers import Process, free_port, gateway, listens, program, wait_until


@contextlib.contextmanager
def running_room(folder: Path) -> Iterator[DayCredentials]:
    """Run a broker and a room."""
    port = free_port()
    credentials = with_tokens(folder, issue_passwords(folder, "prato", free_port(), free_port()))
    (folder / "mosquitto.conf").write_text(
        f"user root\nper_listener_settings true\nlistener {port} 127.0.0.1\nallow_anonymous true\n{listener(folder, credentials.broker_port)}"
    )
    broker = Process("mosquitto", folder, program("mosquitto"), "-c", str(folder / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(port))
    centre = {
        "broker": f"mqtt://127.0.0.1:{port}",
        "store": {"history": {"path": str(folder / "history.sqlite")}},
        "situation": room_document(credentials),
    }
    (folder / "centre.yaml").write_text(json.dumps({"site": "prato", "time_zone": "Europe/Rome", "centre": centre}))
    room = gateway("room", folder, "situation", "serve", str(folder / "centre.yaml"), "--listen", "127.0.0.1:0")
    wait_until("the room", lambda: room.said().count("connected to") == 1 and listens(credentials.api_port))
    try:
        yield credentials
    finally:
        room.stop()
        broker.stop()


def client_of(credentials: DayCredentials, name: str, interface: str) -> OrganisationClient:
    """Return an organisation that uses an interface, whatever it uses in the day."""
    if interface == "mqtt":
        return MqttOrganisation(name, credentials.passwords[name], credentials.broker_port, credentials.site)
    return RestOrganisation(name, credentials.tokens[name], credentials.api_port)
