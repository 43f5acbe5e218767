"""Certificates that a site names: whether they are valid, fit their keys, and for how long."""

import time
from pathlib import Path

import pytest

from gateway.host.checks.certificates import authority_findings, tls_findings
from gateway.host.checks.finding import Finding
from gateway.model.site.connection import TlsSettings
from tests.system.certificates import certificates

DAY_MS = 86_400_000
NOW_MS = time.time_ns() // 1_000_000 + 3_600_000
"""An hour after the certificates are made."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority and certificates that are valid for two days."""
    made = tmp_path_factory.mktemp("tls")
    certificates(made)
    for key in made.glob("*.key"):
        key.chmod(0o600)
    return made


def found(folder: Path, now_ms: int = NOW_MS, **names: str) -> list[Finding]:
    return list(tls_findings("uplink.tls", TlsSettings(**{kind: str(folder / name) for kind, name in names.items()}), now_ms))


def test_certificates_that_expire_soon_are_warnings(folder: Path) -> None:
    soon = found(folder, ca="ca.pem", cert="client.pem", key="client.key")
    assert [(one.key, one.is_error) for one in soon] == [("uplink.tls.ca", False), ("uplink.tls.cert", False)]
    assert all("expires on 2" in one.what.en and one.instead.en == "renew it" for one in soon)


def test_expired_ones_and_ones_not_yet_valid_are_errors(folder: Path) -> None:
    late = found(folder, NOW_MS + 3 * DAY_MS, ca="ca.pem", cert="client.pem", key="client.key")
    assert [(one.key, " expired on " in one.what.en, one.is_error) for one in late] == [
        ("uplink.tls.ca", True, True),
        ("uplink.tls.cert", True, True),
    ]
    early = found(folder, NOW_MS - DAY_MS, cert="client.pem", key="client.key")
    assert [(" is not valid before " in one.what.en, one.instead.en) for one in early] == [(True, "check the clock of this machine")]


def test_an_expired_authority_beside_a_valid_one_is_a_warning(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    certificates(other)
    (folder / "both.pem").write_text((folder / "ca.pem").read_text() + (other / "ca.pem").read_text())
    now_ms = NOW_MS + 3 * DAY_MS
    assert [one.is_error for one in authority_findings("k", str(folder / "both.pem"), now_ms)] == [True, True]
    assert [one.is_error for one in authority_findings("k", str(folder / "both.pem"), NOW_MS)] == [False, False]


def test_a_key_of_another_certificate_is_told(folder: Path) -> None:
    wrong = [one for one in found(folder, cert="client.pem", key="server.key") if one.is_error]
    assert [(one.key, one.what.en) for one in wrong] == [("uplink.tls.key", f"{folder}/server.key is not the key of {folder}/client.pem")]


def test_a_key_that_others_can_read_is_told(folder: Path) -> None:
    (folder / "open.key").write_text((folder / "client.key").read_text())
    (folder / "open.key").chmod(0o640)
    wrong = [one for one in found(folder, cert="client.pem", key="open.key") if one.is_error]
    assert [one.what.en for one in wrong] == [f"{folder}/open.key can be read by other users (mode 0640)"]


@pytest.mark.parametrize(
    ("text", "reason"), [("", "there is none in it"), ("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "damaged")]
)
def test_what_is_no_certificate_or_no_key_is_told(folder: Path, text: str, reason: str) -> None:
    (folder / "no.pem").write_text(text)
    (folder / "no.key").write_text("no key")
    (folder / "no.key").chmod(0o600)
    ca, cert = found(folder, ca="no.pem", cert="no.pem", key="client.key")
    assert f"{folder}/no.pem is not a certificate: " in ca.what.en
    assert reason in ca.what.en
    assert cert.key == "uplink.tls.cert"
    (key,) = (one for one in found(folder, cert="client.pem", key="no.key") if one.is_error)
    assert key.what.en.startswith(f"{folder}/no.key can't be used: ")


def test_missing_files_are_told(folder: Path) -> None:
    keys = [one.key for one in found(folder, ca="x.pem", cert="y.pem", key="z.key")]
    assert keys == ["uplink.tls.ca", "uplink.tls.cert", "uplink.tls.key"]
