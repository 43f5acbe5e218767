"""Two processes that can run a Situation Room in PostgreSQL: one does, and when it is killed the other goes on where it was."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.centre.situation.postgres.server import PostgresServer
from tests.cli.in_process import run
from tests.cli.situation.room import ANNA, feature_file
from tests.hostile.client import Client
from tests.situation.examples import accident
from tests.system.servers import Process, gateway, mosquitto, wait_until

pytestmark = pytest.mark.system


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.delete()


def site(folder: Path, broker: int, postgres: PostgresServer) -> Path:
    settings = postgres.settings(postgres.empty_database(), ca=str(postgres.folder / "ca.pem"))
    postgresql = {
        "server": settings.server, "database": settings.database, "ca": settings.ca,
        "login": {"user": settings.login.user, "password_file": settings.login.password_file},
    }  # fmt: skip
    situation = {"organisations": {"publiacqua": {"people": {"anna": "editor"}}}, "postgresql": postgresql}
    centre = {
        "broker": f"mqtt://127.0.0.1:{broker}",
        "store": {"history": {"path": str(folder / "history.sqlite")}},
        "situation": situation,
    }
    path = folder / "centre.yaml"
    path.write_text(json.dumps({"site": "prato", "centre": centre}))
    return path


def serve(folder: Path, name: str, path: Path) -> Process:
    return gateway(name, folder, "situation", "serve", str(path), "--listen", "127.0.0.1:0")


def test_when_the_process_that_runs_the_room_is_killed_the_other_goes_on(tmp_path: Path, postgres: PostgresServer) -> None:
    broker, port = mosquitto(tmp_path)
    path = site(tmp_path, port, postgres)
    client = Client(port, "reader").ready()
    client.subscribe("prato/v1/sr/public/#")

    def subjects() -> list[str]:
        return [json.loads(payload)["subject"] for _, payload, _ in client.received if payload]

    def publish(name: str) -> None:
        done = run("situation", "publish", str(path), str(feature_file(tmp_path, accident(), name)), *ANNA)
        assert done.returncode == 0, done.stderr

    first = serve(tmp_path, "first", path)
    first.wait_for("connected to")
    publish("uno")
    wait_until("the first event", lambda: subjects() == ["uno"])
    second = serve(tmp_path, "second", path)
    second.wait_for("another process runs it")
    publish("due")
    wait_until("the second event", lambda: "due" in subjects())
    first.kill_9()
    publish("tre")
    wait_until("the third event", lambda: "tre" in subjects())
    assert list(dict.fromkeys(subjects())) == ["uno", "due", "tre"], "in order; what was sent right before the kill may come twice"
    assert second.stop() == 0
    client.close()
    broker.stop()
