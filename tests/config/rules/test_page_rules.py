"""Rules of `page`: no login without TLS where others could listen."""

from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from tests.config.sites import GOOD, problems_of

TLS = "tls: {cert: c.pem, key: k.pem}"


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("{listen: 0.0.0.0:80}", "without TLS, the code of the label would cross the network at 0.0.0.0 readable; name a certificate under 'tls'"),
        ("{listen: 192.168.4.1:80}", "add 'plain_http: true'"),
        ("{listen: 0.0.0.0:80, plain_http: true}", "0.0.0.0 is not a private address"),
        ("{listen: 8.8.8.8:80, plain_http: true}", "8.8.8.8 is not a private address"),
        ("{listen: street.example:80}", "'street.example' is not an address"),
        ("{plain_http: true}", "'plain_http' has no effect on loopback"),
        ("{plain_http: true, " + TLS + "}", "'plain_http' contradicts 'tls'"),
        ("{tls: {cert: c.pem}}", "key"),
    ],
)  # fmt: skip
def test_a_page_that_others_could_listen_to_is_refused(page: str, sentence: str, tmp_path: Path) -> None:
    found = problems_of(f"{GOOD}page: {page}\n", tmp_path)
    assert any(sentence in said for _, _, said in found), found


@pytest.mark.parametrize(
    "page",
    ["{}", "{listen: '[::1]:8088'}", "{listen: 192.168.4.1:80, plain_http: true}", "{listen: '[fd00::1]:80', plain_http: true}",
     "{listen: 0.0.0.0:443, " + TLS + "}"],
)  # fmt: skip
def test_loopback_private_addresses_and_tls_are_accepted(page: str, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(f"{GOOD}page: {page}\n")
    edge = load_site(tmp_path / "site.yaml").edge
    assert edge is not None
    assert edge.page is not None


def test_there_is_no_page_unless_the_site_says_so(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    edge = load_site(tmp_path / "site.yaml").edge
    assert edge is not None
    assert edge.page is None
