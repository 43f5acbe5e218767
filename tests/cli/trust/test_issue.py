"""`gateway trust issue`."""

import subprocess
from pathlib import Path

from gateway.trust import openssl
from tests.trust.broker import gateway

USER = "prato-citelum-gw-1"


def test_a_request_is_answered_once(authority: Path, tmp_path: Path) -> None:
    gateway("trust", "invite", authority, USER, "--out", tmp_path / "invitation.json")
    gateway("trust", "enrol", tmp_path / "invitation.json", "--folder", tmp_path / "gateway", "--out", tmp_path / "request.json")
    words = ("trust", "issue", authority, tmp_path / "request.json", "--out", tmp_path / "answer.json")
    done = gateway(*words)
    assert (done.exit_code, done.output) == (0, f"written: {tmp_path}/answer.json\nnext, on the gateway: gateway trust enrol answer.json\n")
    again = gateway(*words)
    assert (again.exit_code, "its code was used or has expired" in again.output) == (1, True)


def test_a_request_of_other_software_is_certified_for_the_named_user(authority: Path, tmp_path: Path) -> None:
    (tmp_path / "own.csr").write_bytes(openssl.new_request(openssl.new_key()))
    done = gateway("trust", "issue", authority, tmp_path / "own.csr", "--user", "acquedotto", "--out", tmp_path / "own.pem")
    assert (done.exit_code, done.output) == (0, f"written: {tmp_path}/own.pem\n")
    assert openssl.common_name((tmp_path / "own.pem").read_bytes()) == "acquedotto"
    strict = ["openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile"]
    verify = [*strict, str(authority / "authority.pem"), str(tmp_path / "own.pem")]
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 0


def test_what_is_no_request_is_refused_with_a_sentence(authority: Path, tmp_path: Path) -> None:
    gateway("trust", "invite", authority, USER, "--out", tmp_path / "invitation.json")
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    (tmp_path / "junk").write_bytes(b"\xff")
    expected = {
        ("invitation.json",): "is no request: the gateway makes one with 'gateway trust enrol'",
        ("large",): "has more than 65536 bytes, and is no file of an enrolment",
        ("junk",): "is no file of an enrolment: ",
        ("large", "--user", USER): "has more than 65536 bytes, and is no request",
        ("junk", "--user", USER): f"the request of '{USER}' can't be used: 'openssl req' failed",
    }
    for (name, *more), sentence in expected.items():
        done = gateway("trust", "issue", authority, tmp_path / name, *more, "--out", tmp_path / "out")
        assert (done.exit_code, sentence in done.output, done.output.count("\n")) == (1, True, 1)
    assert not (tmp_path / "out").exists()
