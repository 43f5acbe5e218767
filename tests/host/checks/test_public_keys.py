"""Public keys that a site names: whether they can be used, and for how long."""

import sys
import time
from pathlib import Path

import pytest

from gateway.host.checks.finding import Finding
from gateway.host.checks.public_keys import public_key_findings
from tests.host.signatures.openssl import certified, new_key

NOW_MS = time.time_ns() // 1_000_000 + 3_600_000
"""An hour after the certificates are made."""


def found(path: Path, now_ms: int = NOW_MS) -> list[Finding]:
    return [*public_key_findings("keys.x.file", str(path), now_ms)]


def test_a_key_is_fine_and_a_certificate_as_long_as_it_is_valid(tmp_path: Path) -> None:
    secret = new_key(tmp_path, "x")
    assert found(tmp_path / "x.pem") == []
    certificate = certified(secret)
    (soon,) = found(certificate)
    assert not soon.is_error
    (late,) = found(certificate, NOW_MS + 10 * 86_400_000)
    assert late.is_error
    assert "expired on" in late.what.en


def test_what_is_no_public_key_is_an_error_in_both_languages(tmp_path: Path) -> None:
    secret = new_key(tmp_path, "x")
    (private,) = found(secret)
    assert private.is_error
    assert "has a private key" in private.what.en
    assert "chiave privata" in private.what.it
    assert "public key or certificate" in private.instead.en
    (missing,) = found(tmp_path / "none.pem")
    assert "can't be read" in missing.what.en


def test_without_the_library_the_remedy_is_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_key(tmp_path, "x")
    monkeypatch.setitem(sys.modules, "gateway.host.signatures.verification", None)
    (one,) = found(tmp_path / "x.pem")
    assert one.instead.en == "pip install 'street-gateway[centre]'"
