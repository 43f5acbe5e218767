"""Which files of a centre are backed up."""

import json
from pathlib import Path

from gateway.backup.centre_contents import databases_of, files_of_centre
from gateway.config.site_file import load_site
from gateway.host.files import write_whole


def test_the_secrets_of_broker_and_store_are_in_it_if_they_exist_and_credentials_of_systemd_are_not(tmp_path: Path) -> None:
    for name in ("token", "ca.pem"):
        write_whole(tmp_path / name, b"x")
    influx = {"url": "https://influx.example", "token_file": str(tmp_path / "token"), "ca": str(tmp_path / "ca.pem")}
    login = {"user": "centre", "password_file": "$CREDENTIALS_DIRECTORY/password"}
    tls = {"ca": str(tmp_path / "ca.pem"), "cert": str(tmp_path / "missing.pem"), "key": str(tmp_path / "missing.pem")}
    centre = {"broker": "mqtts://127.0.0.1:9", "tls": tls, "login": login, "store": {"influx": influx}}
    site = tmp_path / "centre.yaml"
    site.write_text(json.dumps({"site": "prato", "centre": centre | {"dead_letters": str(tmp_path / "dead.sqlite")}}))
    described = load_site(site).centre
    assert described is not None
    settings = described.settings
    assert files_of_centre(site, described, None) == [site, tmp_path / "ca.pem", tmp_path / "token"]
    assert databases_of(settings, history=True) == []
    (tmp_path / "dead.sqlite").touch()
    assert databases_of(settings, history=True) == [tmp_path / "dead.sqlite"]


def test_the_secrets_for_grafana_are_in_it(tmp_path: Path) -> None:
    for name in ("grafana", "hook"):
        write_whole(tmp_path / name, b"x")
    contacts = {
        "citelum": {"webhook": "https://hook.example", "webhook_token_file": str(tmp_path / "hook")},
        "centre": {"email": ["a@example.org"]},
    }
    grafana = {"url": "https://grafana.example", "token_file": str(tmp_path / "grafana"), "contacts": contacts}
    centre = {"broker": "mqtts://127.0.0.1:9", "store": {"influx": {"url": "https://influx.example"}}, "grafana": grafana}
    site = tmp_path / "centre.yaml"
    site.write_text(json.dumps({"site": "prato", "centre": centre}))
    described = load_site(site).centre
    assert described is not None
    assert files_of_centre(site, described, None) == [site, tmp_path / "grafana", tmp_path / "hook"]


def test_the_secrets_for_notifications_are_in_it(tmp_path: Path) -> None:
    for name in ("mail", "ca.pem", "secret"):
        write_whole(tmp_path / name, b"x")
    login = {"user": "alarms", "password_file": str(tmp_path / "mail")}
    alarms = {
        "smtp": {"server": "mail.example:587", "sender": "a@b", "ca": str(tmp_path / "ca.pem"), "login": login},
        "contacts": {"tickets": {"webhook": "https://hook.example", "secret_file": str(tmp_path / "secret")}},
    }
    centre = {"broker": "mqtts://127.0.0.1:9", "store": {"influx": {"url": "https://influx.example"}}, "alarms": alarms}
    site = tmp_path / "centre.yaml"
    site.write_text(json.dumps({"site": "prato", "centre": centre}))
    described = load_site(site).centre
    assert described is not None
    assert files_of_centre(site, described, None) == [site, tmp_path / "mail", tmp_path / "ca.pem", tmp_path / "secret"]


def test_the_login_and_the_authorities_of_the_database_of_situations_are_in_it(tmp_path: Path) -> None:
    for name in ("password", "ca.pem"):
        write_whole(tmp_path / name, b"x")
    login = {"user": "room", "password_file": str(tmp_path / "password")}
    postgresql = {"server": "db.example:5432", "database": "situations", "login": login, "ca": str(tmp_path / "ca.pem")}
    situation = {"organisations": {"comune": {}}, "postgresql": postgresql}
    centre = {"broker": "mqtt://127.0.0.1:9", "store": {"history": {"path": str(tmp_path / "h.sqlite")}}, "situation": situation}
    site = tmp_path / "centre.yaml"
    site.write_text(json.dumps({"site": "prato", "centre": centre}))
    described = load_site(site).centre
    assert described is not None
    assert files_of_centre(site, described, None) == [site, tmp_path / "password", tmp_path / "ca.pem"]


def test_the_tokens_and_the_certificate_of_the_api_and_the_secrets_of_webhooks_and_brokers_are_in_it(tmp_path: Path) -> None:
    for name in ("situation-tokens.json", "situation-people.json", "api.pem", "secret", "broker-token"):
        write_whole(tmp_path / name, b"{}")
    webhook = {"url": "https://hook.example/", "secret_file": str(tmp_path / "secret")}
    tls = {"cert": str(tmp_path / "api.pem"), "key": str(tmp_path / "api.pem")}
    broker = {"url": "https://orion.example", "token_file": str(tmp_path / "broker-token")}
    situation = {"organisations": {"comune": {"webhook": webhook}}, "api": {"tls": tls}, "push": {"orion": broker}}
    centre = {"broker": "mqtt://127.0.0.1:9", "store": {"history": {"path": str(tmp_path / "h.sqlite")}}, "situation": situation}
    site = tmp_path / "centre.yaml"
    site.write_text(json.dumps({"site": "prato", "centre": centre}))
    described = load_site(site).centre
    assert described is not None
    names = [path.name for path in files_of_centre(site, described, None)]
    assert names == ["centre.yaml", "secret", "broker-token", "situation-tokens.json", "situation-people.json", "api.pem"]


def test_the_users_and_the_certificate_of_the_web_page_are_in_it(tmp_path: Path) -> None:
    for name in ("users.json", "page.pem", "streets.geojson"):
        write_whole(tmp_path / name, b"{}")
    tls = {"cert": str(tmp_path / "page.pem"), "key": str(tmp_path / "page.pem")}
    console = {"users": str(tmp_path / "users.json"), "tls": tls, "streets": str(tmp_path / "streets.geojson")}
    centre = {"broker": "mqtt://127.0.0.1:9", "store": {"history": {"path": str(tmp_path / "history.sqlite")}}}
    site = tmp_path / "centre.yaml"
    site.write_text(json.dumps({"site": "prato", "centre": centre, "console": console}))
    described = load_site(site).centre
    assert described is not None
    names = [path.name for path in files_of_centre(site, described, None)]
    assert names == ["centre.yaml", "users.json", "streets.geojson", "page.pem"]
