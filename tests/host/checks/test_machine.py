"""What a site needs of this machine: names that resolve, and free ports."""

import socket
import threading

import pytest

from gateway.host.checks import machine
from gateway.host.checks.machine import host_names, machine_findings, unresolved
from tests.host.checks.test_site import site_of

LINES = [{"id": "l", "tcp": "meter.example:1", "devices": [{"id": "d", "profile": "p"}]}]


def test_all_names_to_connect_to_are_known_by_their_keys() -> None:
    influx = {"url": "https://store.example"}
    site = site_of({"uplink": {"broker": "mqtts://broker.example:8883"}, "lines": LINES, "centre": {"broker": "mqtt://[::1]:1", "store": {"influx": influx}}})  # fmt: skip
    assert host_names(site) == {
        "line l": "meter.example", "uplink.broker": "broker.example", "centre.broker": "::1", "centre.store.influx.url": "store.example",
    }  # fmt: skip


def test_the_mail_server_and_webhooks_are_known_by_their_keys() -> None:
    contacts = {"room": {"email": ["a@b"]}, "tickets": {"webhook": "https://hook.example/x", "secret_file": "s"}}
    alarms = {"smtp": {"server": "mail.example:587", "sender": "a@b"}, "contacts": contacts}
    found = host_names(site_of({"centre": {"broker": "mqtt://[::1]:1", "store": {"history": {"path": "h"}}, "alarms": alarms}}))
    assert found == {
        "centre.broker": "::1", "centre.alarms.contacts.tickets.webhook": "hook.example", "centre.alarms.smtp.server": "mail.example",
    }  # fmt: skip


def test_the_database_of_situations_is_known_by_its_key() -> None:
    postgresql = {"server": "db.example:5432", "database": "s", "login": {"user": "u", "password_file": "p"}}
    webhook = {"url": "https://hook.example/x", "secret_file": "s"}
    subscriptions = {"mappa": {"webhook": "https://map.example/x", "secret_file": "s"}}
    situation = {"organisations": {"comune": {"webhook": webhook}}, "postgresql": postgresql, "subscriptions": subscriptions}
    found = host_names(site_of({"centre": {"broker": "mqtt://[::1]:1", "store": {"history": {"path": "h"}}, "situation": situation}}))
    assert found == {
        "centre.broker": "::1", "centre.situation.postgresql.server": "db.example",
        "centre.situation.organisations.comune.webhook.url": "hook.example", "centre.situation.subscriptions.mappa.webhook": "map.example",
    }  # fmt: skip


def test_each_node_of_a_cluster_has_a_key_of_its_own() -> None:
    site = site_of({"uplink": {"broker": ["mqtts://a.example:8883", "mqtts://b.example:8883"]}, "lines": LINES})
    assert host_names(site) == {"line l": "meter.example", "uplink.broker.0": "a.example", "uplink.broker.1": "b.example"}


def test_addresses_always_resolve_and_a_name_that_does_not_is_told_with_its_reason() -> None:
    assert unresolved(["127.0.0.1", "[::1]", "localhost"], 10.0) == {}
    assert unresolved(["no-such-name.invalid"], 10.0).keys() == {"no-such-name.invalid"}
    assert unresolved([], 10.0) == {}


def test_a_name_server_that_does_not_answer_costs_no_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = threading.Event()
    monkeypatch.setattr(machine, "_why_not", lambda _name: ends.wait() and None)
    assert unresolved(["a", "b"], 0.01) == dict.fromkeys(("a", "b"), "no answer within 0.01 s")
    ends.set()


def test_an_address_in_use_and_a_name_without_address_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_why_not", lambda name: None if name == "localhost" else "unknown")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        uplink = {"broker": "mqtt://localhost:1"}
        site = site_of({"gateway": "gw-1", "uplink": uplink, "lines": LINES, "listen": listen, "page": {"listen": listen}})
        named, used, page = machine_findings(site)
    assert (named.key, named.what.en) == ("line l", "the name meter.example can't be resolved: unknown")
    assert (page.key, page.what.en) == ("page.listen", used.what.en)
    assert (used.key, used.what.en) == ("listen", f"{listen} is in use, or is not an address of this machine")
