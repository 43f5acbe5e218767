"""The rule of an HTTP server's address."""

from urllib.parse import urlsplit

import pytest

from gateway.config.rules.server_rules import SERVER, is_loopback


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.9", True), ("::1", True), ("192.0.2.1", False), ("broker.example", False), ("", False)],
)
def test_loopback_is_this_machine_alone(host: str, *, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(("url", "broken"), [("http://h:1", True), ("https://h:1", False), ("http://127.0.0.1:1", False)])
def test_without_encryption_a_server_is_on_this_machine(url: str, *, broken: bool) -> None:
    (rule,) = SERVER
    assert bool(rule.broken(urlsplit(url))) is broken
