"""Rules of `console`: nobody uses the page unknown from another machine, and no password crosses a network readable."""

from pathlib import Path

import pytest

from gateway.config.rules.console_rules import exposure
from gateway.config.site_file import load_site
from gateway.model.site.pages import ConsoleSettings
from tests.config.sites import GOOD, problems_of

TLS = "tls: {cert: c.pem, key: k.pem}"
PROXY = "proxy: {header: X-Remote-User, addresses: [127.0.0.1, '::1'], operators: [anna]}"


@pytest.mark.parametrize(
    ("console", "sentence"),
    [
        ("{listen: 0.0.0.0:80}", "without users, everybody who reaches 0.0.0.0 could use the page; add 'users' and 'tls', or 'proxy'"),
        ("{listen: street.example:80, " + TLS + "}", "without users, everybody who reaches street.example"),
        ("{listen: 0.0.0.0:80, users: u.json}", "without TLS, passwords would cross the network at 0.0.0.0 readable; name a certificate"),
        ("{listen: 0.0.0.0:80, users: u.json, " + PROXY + "}", "without TLS, passwords would cross"),
        ("{proxy: {header: X-User, addresses: [proxy.example]}}", "'proxy.example' is not an address; write an IP address"),
        ("{proxy: {header: X-User, addresses: []}}", "the list is empty"),
        ("{proxy: {header: 'X User', addresses: [127.0.0.1]}}", "'X User' is not the name of a header"),
    ],
)
def test_a_page_that_is_open_to_others_is_refused(console: str, sentence: str, tmp_path: Path) -> None:
    found = problems_of(f"{GOOD}console: {console}\n", tmp_path)
    assert any(sentence in said for _, _, said in found), found


@pytest.mark.parametrize(
    "console",
    ["{}", "{users: u.json}", "{listen: '[::1]:80'}", "{listen: localhost:80}", "{listen: 0.0.0.0:443, users: u.json, " + TLS + "}",
     "{listen: 0.0.0.0:80, " + PROXY + "}"],
)  # fmt: skip
def test_loopback_users_with_tls_and_a_proxy_are_accepted(console: str, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(f"{GOOD}console: {console}\n")
    assert load_site(tmp_path / "site.yaml").site.console is not None


def test_the_address_of_the_command_line_is_judged_by_the_same_rule() -> None:
    assert exposure(ConsoleSettings(), "127.0.0.1:0") is None
    assert exposure(ConsoleSettings(users="u.json"), "127.0.0.1:0") is None
    assert exposure(ConsoleSettings(), "[::]:80") is not None
