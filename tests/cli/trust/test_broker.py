"""`gateway trust broker`."""

import subprocess
from pathlib import Path

import pytest

from tests.trust.broker import gateway


@pytest.mark.parametrize(
    ("host", "check"), [("broker.example", "-verify_hostname"), ("192.0.2.1", "-verify_ip"), ("2001:db8::1", "-verify_ip")]
)
def test_the_brokers_certificate_passes_the_strictest_check_under_its_name_alone(
    host: str, check: str, authority: Path, tmp_path: Path
) -> None:
    done = gateway("trust", "broker", authority, host, "--out", tmp_path)
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "next: systemctl reload mosquitto")
    verify = ["openssl", "verify", "-x509_strict", "-CAfile", str(tmp_path / "authority.pem"), "-purpose", "sslserver", check]
    for name, returned in ((host, 0), ({"broker.example": "other.example"}.get(host, "192.0.2.2"), 2)):
        assert subprocess.run([*verify, name, str(tmp_path / "broker.pem")], capture_output=True, check=False).returncode == returned


def test_without_a_host_the_key_stays(authority: Path, tmp_path: Path) -> None:
    gateway("trust", "broker", authority, "broker.example", "--out", tmp_path)
    key = (tmp_path / "broker.key").read_bytes()
    done = gateway("trust", "broker", authority, "--out", tmp_path)
    assert done.output.startswith(f"written: {tmp_path}/authority.pem\nwritten: {tmp_path}/revoked.pem\n")
    assert (tmp_path / "broker.key").read_bytes() == key


def test_what_is_no_host_is_refused(authority: Path, tmp_path: Path) -> None:
    done = gateway("trust", "broker", authority, "broker.example:8883", "--out", tmp_path / "certs")
    assert done.exit_code == 1
    assert "'broker.example:8883' is not the name of a host: write it without a port" in done.output
    assert not (tmp_path / "certs").exists()
