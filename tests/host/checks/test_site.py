"""Every file and folder that a site names is checked."""

from pathlib import Path

import msgspec

from gateway.host.checks.site import named_files
from gateway.model.site.file import Site


def site_of(document: dict[str, object]) -> Site:
    return msgspec.convert({"site": "s"} | document, Site)


def missing_keys(site: Site) -> set[str]:
    return {one.key for one in named_files(site, 0)}


def test_every_named_file_of_a_gateway_is_looked_for(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    gateway = {
        "uplink": {"broker": "mqtts://b:1", "tls": {"ca": nowhere, "cert": nowhere, "key": nowhere}, "login": {"user": "u", "password_file": nowhere}},
        "page": {"streets": nowhere, "tls": {"cert": nowhere, "key": nowhere}},
        "journal": {"path": f"{tmp_path}/file/journal.sqlite"}, "state": f"{tmp_path}/file/state",
        "gateway": "gw-1",
        "lines": [{"id": "l", "tcp": "h:1", "devices": [{"id": "d", "profile": "p"}]}],
    }  # fmt: skip
    wrong = {
        "uplink.tls.ca",
        "uplink.tls.cert",
        "uplink.tls.key",
        "uplink.login.password_file",
        "page.streets",
        "page.tls.cert",
        "page.tls.key",
        "journal.path",
    }
    assert missing_keys(site_of(gateway)) == wrong


def test_every_named_file_of_a_centre_is_looked_for(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    influx = {"url": "https://h", "token_file": nowhere, "ca": nowhere, "login": {"user": "u", "password_file": nowhere}}
    centre = {"broker": "mqtts://b:1", "tls": {"ca": nowhere}, "login": {"user": "u", "password_file": nowhere}, "store": {"influx": influx}, "dead_letters": f"{tmp_path}/file/d"}  # fmt: skip
    contact = {"webhook": "https://h", "webhook_token_file": nowhere}
    centre["grafana"] = {"url": "https://g", "token_file": nowhere, "ca": nowhere, "login": {"user": "u", "password_file": nowhere}, "contacts": {"citelum": contact}}  # fmt: skip
    smtp = {"server": "m:587", "sender": "a@b", "ca": nowhere, "login": {"user": "u", "password_file": nowhere}}
    centre["alarms"] = {"smtp": smtp, "contacts": {"room": {"webhook": "https://h", "secret_file": nowhere, "ca": nowhere}}}
    postgresql = {"server": "d:5432", "database": "s", "ca": nowhere, "login": {"user": "u", "password_file": nowhere}}
    hook = {"url": "https://h", "secret_file": nowhere, "ca": nowhere}
    api = {"tls": {"cert": nowhere, "key": nowhere}}
    subscriptions = {"mappa": {"webhook": "https://h", "secret_file": nowhere, "ca": nowhere}}
    organisations = {"comune": {"webhook": hook, "keys": {"sit": {"file": nowhere}}}}
    centre["situation"] = {"organisations": organisations, "postgresql": postgresql, "api": api, "subscriptions": subscriptions}
    wrong = {
        "situation.subscriptions.mappa.secret_file",
        "situation.subscriptions.mappa.ca",
        "situation.postgresql.ca",
        "situation.postgresql.login.password_file",
        "situation.api.tls.cert",
        "situation.api.tls.key",
        "situation.organisations.comune.webhook.secret_file",
        "situation.organisations.comune.webhook.ca",
        "situation.organisations.comune.keys.sit.file",
        "alarms.smtp.ca",
        "alarms.smtp.login.password_file",
        "alarms.contacts.room.secret_file",
        "alarms.contacts.room.ca",
        "tls.ca",
        "login.password_file",
        "store.influx.token_file",
        "store.influx.ca",
        "store.influx.login.password_file",
        "dead_letters",
        "grafana.token_file",
        "grafana.ca",
        "grafana.login.password_file",
        "grafana.contacts.citelum.webhook_token_file",
    }
    found = missing_keys(
        site_of({"centre": centre, "console": {"streets": nowhere, "users": nowhere, "tls": {"cert": nowhere, "key": nowhere}}})
    )
    of_the_page = {"console.streets", "console.users", "console.tls.cert", "console.tls.key"}
    assert found == {f"centre.{key}" for key in wrong} | of_the_page
    history = {"broker": "mqtt://b:1", "store": {"history": {"path": f"{tmp_path}/file/h"}}}
    assert missing_keys(site_of({"centre": history})) == {"centre.store.history.path"}


def test_works_under_grafana_are_said_to_belong_to_the_centre() -> None:
    works = {"name": "w", "begins": "2026-12-01T08:00", "ends": "2026-12-02T08:00", "assets": ["qe-1"]}
    centre = {
        "broker": "mqtt://b:1",
        "store": {"influx": {"url": "http://127.0.0.1"}},
        "grafana": {"url": "http://127.0.0.1", "works": [works]},
    }
    (found,) = (one for one in named_files(site_of({"centre": centre}), 0) if one.key == "centre.grafana.works")
    assert not found.is_error
    assert "centre: works:" in found.instead.en


def test_a_site_that_names_no_files_needs_none() -> None:
    assert (
        missing_keys(
            site_of(
                {
                    "gateway": "gw-1",
                    "uplink": {"broker": "mqtt://b:1"},
                    "lines": [{"id": "l", "tcp": "h:1", "devices": [{"id": "d", "profile": "p"}]}],
                }
            )
        )
        == set()
    )
