"""What openssl makes: keys, requests, certificates, lists, signatures."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.trust import openssl
from gateway.trust.openssl import OpensslError
from tests.faults import faketime

TERMS = ("1A2B", "20261101000000Z", "20270101000000Z")


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    key = openssl.new_key()
    (tmp_path / "authority.key").write_bytes(key)
    (tmp_path / "authority.pem").write_bytes(openssl.self_signed(key, "Prato", 3650))
    return tmp_path


def text_of(certificate: bytes) -> str:
    return subprocess.run(["openssl", "x509", "-noout", "-text"], input=certificate, capture_output=True, check=True).stdout.decode()


def test_a_client_certificate_has_the_key_of_the_request_and_the_name_and_time_that_the_authority_chose(authority: Path) -> None:
    key = openssl.new_key()
    made = openssl.certified(authority, openssl.new_request(key), "prato-citelum-gw-1", TERMS)
    assert openssl.certified_key(made) == openssl.public_key(key)
    assert openssl.common_name(made) == "prato-citelum-gw-1"
    said = text_of(made)
    for part in ("Nov  1 00:00:00 2026 GMT", "Jan  1 00:00:00 2027 GMT", "CA:FALSE", "TLS Web Client Authentication", "(0x1a2b)"):
        assert part in said
    assert "Server Authentication" not in said


def test_a_request_that_asks_to_be_an_authority_becomes_a_client(authority: Path, tmp_path: Path) -> None:
    subject, wish = ["-subj", "/CN=centre"], ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign"]
    new = [
        "openssl",
        "req",
        "-new",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-noenc",
        "-keyout",
        str(tmp_path / "k"),
        *subject,
    ]
    request = subprocess.run([*new, *wish], capture_output=True, check=True).stdout
    made = openssl.certified(authority, request, "acquedotto", TERMS)
    assert openssl.common_name(made) == "acquedotto"
    assert "CA:FALSE" in text_of(made)
    assert "Certificate Sign" not in text_of(made)


def test_the_certificate_of_a_broker_is_none_of_a_client(authority: Path) -> None:
    request = openssl.new_request(openssl.new_key())
    client, broker = openssl.certified(authority, request, "x", TERMS), openssl.certified(authority, request, "x", TERMS, "DNS:b.example")
    trusted = (authority / "authority.pem").read_bytes()
    assert openssl.is_signed_by(client, trusted)
    assert not openssl.is_signed_by(broker, trusted)
    assert "DNS:b.example" in text_of(broker)


def test_a_certificate_of_another_authority_of_the_same_name_is_not_signed_by_ours(authority: Path) -> None:
    made = openssl.certified(authority, openssl.new_request(openssl.new_key()), "x", TERMS)
    assert not openssl.is_signed_by(made, openssl.self_signed(openssl.new_key(), "Prato", 3650))


def test_a_signature_fits_its_key_and_its_data_alone() -> None:
    key, other = openssl.new_key(), openssl.new_key()
    signed = openssl.signature(key, b"data")
    assert openssl.is_signature(openssl.public_key(key), b"data", signed)
    assert not openssl.is_signature(openssl.public_key(key), b"date", signed)
    assert not openssl.is_signature(openssl.public_key(other), b"data", signed)
    assert not openssl.is_signature(openssl.public_key(key), b"data", b"")


def test_a_revocation_list_names_the_revoked_serial_numbers(authority: Path) -> None:
    index = "R\t270101000000Z\t261115000000Z\t1A2B\tunknown\t/CN=x\n"
    made = openssl.revocation_list(authority, index, "20261129000000Z", "20361129000000Z")
    said = subprocess.run(["openssl", "crl", "-noout", "-text"], input=made, capture_output=True, check=True).stdout.decode()
    for part in ("Serial Number: 1A2B", "Last Update: Nov 29 00:00:00 2026 GMT", "Next Update: Nov 29 00:00:00 2036 GMT"):
        assert part in said


def test_a_request_is_refused_if_it_is_damaged_or_its_key_is_of_another_kind() -> None:
    request = openssl.new_request(openssl.new_key())
    body = bytearray(request)
    body[-60] = ord("A") if body[-60] != ord("A") else ord("B")
    for damaged in (b"", b"no request", request[:100]):
        with pytest.raises(OpensslError, match="'openssl req' failed"):
            openssl.requested_key(damaged)
    with pytest.raises(OpensslError, match="it is not signed by its own key"):
        openssl.requested_key(bytes(body))
    rsa = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], capture_output=True, check=True)
    with pytest.raises(OpensslError, match="not on P-256: make one with"):
        openssl.requested_key(openssl.new_request(rsa.stdout))


def test_a_machine_without_openssl_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limiting = shutil.which("timeout")
    assert limiting is not None
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OpensslError, match="run 'apt-get install coreutils'"):
        openssl.new_key()
    (tmp_path / "timeout").symlink_to(limiting)
    with pytest.raises(OpensslError, match="run 'apt-get install openssl'"):
        openssl.new_key()


@pytest.fixture
def hung(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an openssl before the true one that never ends, and only dies if it is killed."""
    (tmp_path / "openssl").write_text("#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n")
    (tmp_path / "openssl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


_HUNG = """
from gateway.trust import openssl
openssl._LONGEST_S = 0.5
try:
    openssl.new_key()
except openssl.OpensslError as error:
    print(error)
"""


@pytest.mark.usefixtures("hung")
@pytest.mark.parametrize("clock_wrong_ms", [None, -86_400_000, 86_400_000 * 9000])
def test_one_that_hangs_is_ended_whatever_the_clock_says(clock_wrong_ms: int | None, tmp_path: Path) -> None:
    before: list[str] = []
    if clock_wrong_ms is not None:
        faketime.set_clock(tmp_path, clock_wrong_ms)
        before = [one for one in faketime.command(tmp_path) if "MONOTONIC" not in one]  # the monotonic clock is false, too
    done = subprocess.run([*before, sys.executable, "-c", _HUNG], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout == "'openssl genpkey' did not end within 0.5 s: try again; if that does not help, restart the machine\n", done.stderr
