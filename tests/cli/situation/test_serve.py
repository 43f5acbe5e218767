"""`gateway situation serve`."""

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main
from tests.centre.alarms.notification.servers import Hook
from tests.centre.situation.push.context_broker import ContextBroker
from tests.cli.in_process import run
from tests.cli.situation.room import ANNA, feature_file
from tests.host.signatures.openssl import new_key
from tests.hostile.client import Client
from tests.situation.examples import accident
from tests.system.servers import free_port, gateway, listens, mosquitto, wait_until
from tests.web.situation.signed.tokens import AUDIENCE, claims_at, token_of


def site(folder: Path, port: int, situation: dict[str, object] | None) -> Path:
    centre = {"broker": f"mqtt://127.0.0.1:{port}", "store": {"history": {"path": str(folder / "history.sqlite")}}}
    path = folder / "centre.yaml"
    path.write_text(json.dumps({"site": "prato", "centre": centre | ({} if situation is None else {"situation": situation})}))
    return path


def test_what_a_command_does_is_published_by_the_process_that_runs_the_room(tmp_path: Path) -> None:
    broker, port = mosquitto(tmp_path)
    path = site(tmp_path, port, {"organisations": {"publiacqua": {"people": {"anna": "editor"}}}})
    room = gateway("room", tmp_path, "situation", "serve", str(path), "--listen", "127.0.0.1:0")
    room.wait_for("connected to")
    client = Client(port, "reader").ready()
    client.subscribe("prato/v1/sr/public/#")
    assert run("situation", "publish", str(path), str(feature_file(tmp_path, accident(), "incidente")), *ANNA).returncode == 0
    wait_until("the event", lambda: bool(client.received))
    assert json.loads(client.received[0][1])["subject"] == "incidente"
    client.close()
    assert room.stop() == 0
    broker.stop()


def test_a_program_signs_its_tokens_with_a_key_that_the_site_file_names(tmp_path: Path) -> None:
    broker, port = mosquitto(tmp_path)
    secret, api_port = new_key(tmp_path, "works"), free_port()
    keys = {"works": {"file": str(tmp_path / "works.pem")}}
    situation = {"organisations": {"publiacqua": {"keys": keys}}, "api": {"listen": f"127.0.0.1:{api_port}", "url": AUDIENCE}}
    path = site(tmp_path, port, situation)
    assert run("check", str(path)).returncode == 0
    room = gateway("room", tmp_path, "situation", "serve", str(path), "--listen", "127.0.0.1:0")
    wait_until("the API", lambda: listens(api_port))

    def status() -> int:
        now_s = time.time()  # just after its start, the server wants an 'iat' that is later by the skew of clocks
        claims = claims_at(0, iat=now_s + 9.9, nbf=None, exp=now_s + 60, jti=str(now_s))
        connection = http.client.HTTPConnection("127.0.0.1", api_port, timeout=60)
        connection.request("GET", "/v1/situations", headers={"authorization": f"Bearer {token_of(secret, claims)}"})
        found = connection.getresponse().status
        connection.close()
        assert found in (200, 503)
        return found

    wait_until("a token that counts", lambda: status() == 200)
    assert "for publiacqua/works at 127.0.0.1" in room.said()
    (tmp_path / "works.pem").write_text("no key")
    checked = run("check", str(path))
    assert checked.returncode == 1
    assert "works.pem can't be used: it has no public key and no certificate" in checked.stderr
    assert room.stop() == 0
    broker.stop()


def test_the_api_is_served_and_webhooks_and_context_brokers_are_sent_what_changes(tmp_path: Path) -> None:
    broker, port = mosquitto(tmp_path)
    secret = tmp_path / "secret"
    secret.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    secret.chmod(0o600)
    with Hook() as hook, ContextBroker() as context:
        webhook = {"url": hook.url, "secret_file": str(secret)}
        api_port = free_port()
        situation = {
            "organisations": {"publiacqua": {}, "comune": {"webhook": webhook}},
            "api": {"listen": f"127.0.0.1:{api_port}", "public": True},
            "push": {"orion": {"url": context.url}},
        }
        path = site(tmp_path, port, situation)
        token = run("situation", "token", str(path), "publiacqua", "office", "--role", "editor").stdout.strip()
        room = gateway("room", tmp_path, "situation", "serve", str(path), "--listen", "127.0.0.1:0")
        wait_until("the API", lambda: listens(api_port))
        wait_until("the connection", lambda: "connected to" in room.said())
        connection = http.client.HTTPConnection("127.0.0.1", api_port, timeout=60)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/geo+json"}
        connection.request("POST", "/v1/situations", feature_file(tmp_path, accident(), "publiacqua-incidente").read_bytes(), headers)
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["id"]) == (201, "publiacqua-incidente")
        connection.request("GET", "/public/v1/situations")
        assert [one["id"] for one in json.loads(connection.getresponse().read())["items"]] == ["publiacqua-incidente"]
        connection.close()
        wait_until("the webhook", lambda: bool(hook.accepted))
        wait_until("the context broker", lambda: list(context.all()) == ["urn:ngsi-ld:Alert:prato:publiacqua-incidente"])
        assert room.stop() == 0
    assert json.loads(hook.accepted[0][2])["data"]["id"] == "publiacqua-incidente"
    broker.stop()


def test_the_pages_are_served_to_the_people_of_organisations(tmp_path: Path) -> None:
    broker, port = mosquitto(tmp_path)
    api_port, password = free_port(), "correct horse battery"
    situation = {
        "organisations": {"publiacqua": {"people": {"anna": "editor"}}},
        "api": {"listen": f"127.0.0.1:{api_port}", "public": True, "pages": {}},
    }
    path = site(tmp_path, port, situation)
    typed = CliRunner().invoke(main, ["situation", "person", str(path), "publiacqua", "anna"], input=f"{password}\n")
    assert typed.exit_code == 0, typed.output
    assert run("situation", "publish", str(path), str(feature_file(tmp_path, accident(), "incidente")), *ANNA).returncode == 0
    room = gateway("room", tmp_path, "situation", "serve", str(path), "--listen", "127.0.0.1:0")
    wait_until("the pages", lambda: listens(api_port))
    connection = http.client.HTTPConnection("127.0.0.1", api_port, timeout=60)
    connection.request("GET", "/")
    assert "Incidente in Via Roma" in connection.getresponse().read().decode()
    body = json.dumps({"name": "anna@publiacqua", "password": password})
    connection.request("POST", "/api/login", body, {"origin": f"http://127.0.0.1:{api_port}", "content-type": "application/json"})
    assert json.loads(connection.getresponse().read())["role"] == "operator"
    connection.close()
    assert room.stop() == 0
    broker.stop()


def test_a_map_of_the_streets_that_can_t_be_read_is_named(tmp_path: Path) -> None:
    path = site(tmp_path, 1, {"organisations": {"publiacqua": {}}, "api": {"listen": "127.0.0.1:0", "pages": {}}})
    written = json.loads(path.read_text())
    path.write_text(json.dumps(written | {"console": {"streets": str(tmp_path / "nowhere.geojson")}}))
    done = run("situation", "serve", str(path))
    assert done.returncode == 1
    assert "cannot read the map of the streets" in done.stderr
    assert "'console.streets'" in done.stderr


def test_a_damaged_file_of_tokens_is_named(tmp_path: Path) -> None:
    tokens = tmp_path / "situation-tokens.json"
    tokens.write_text("[]")
    tokens.chmod(0o600)
    path = site(tmp_path, 1, {"organisations": {"publiacqua": {}}, "api": {"listen": "127.0.0.1:0"}})
    done = subprocess.run([sys.executable, "-m", "gateway", "situation", "serve", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{tokens} is damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_site_without_a_situation_room_says_what_to_add(tmp_path: Path) -> None:
    done = run("situation", "serve", str(site(tmp_path, 1, None)))
    assert done.returncode == 1
    assert "add 'centre.situation'" in done.stderr


def test_a_store_that_can_t_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "situations.sqlite").write_bytes(b"no database" * 1000)
    path = site(tmp_path, 1, {"organisations": {"publiacqua": {}}})
    done = subprocess.run([sys.executable, "-m", "gateway", "situation", "serve", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{tmp_path}/situations.sqlite: file is not a database" in done.stderr
