"""`gateway trust list`."""

import json
from pathlib import Path

import pytest

from gateway.host import clock
from gateway.trust import openssl
from gateway.trust.authority import Authority
from tests.trust.broker import gateway


def test_valid_certificates_and_invitations_are_listed_and_the_others_on_request(authority: Path) -> None:
    made, request, now_ms, day_ms = Authority(authority), openssl.new_request(openssl.new_key()), clock.now_ms(), 86_400_000
    for user, ago_days in (("fresh", 0), ("soon", 70), ("expired", 100), ("revoked", 0)):
        made.certify(request, user, now_ms - ago_days * day_ms, 90)
    made.revoke("revoked", now_ms)
    made.invite("new", now_ms, 7)
    made.certify_broker("broker.example", now_ms, 365)
    shown = gateway("trust", "list", authority)
    assert shown.output.splitlines()[0].split() == ["user", "purpose", "state", "valid", "until", "serial", "number"]
    assert [line.split()[0] for line in shown.output.splitlines()[1:]] == ["broker.example", "fresh", "new", "soon"]
    everything = json.loads(gateway("trust", "list", authority, "--all", "--json").output)
    assert {(one["user"], one["purpose"], one["state"]) for one in everything} == {
        ("broker.example", "broker", "valid"), ("expired", "client", "expired"), ("fresh", "client", "valid"),
        ("new", "client", "invited"), ("revoked", "client", "revoked"), ("soon", "client", "ends soon"),
    }  # fmt: skip


def test_the_table_and_errors_are_in_italian_if_the_terminal_is(authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    Authority(authority).invite("new", clock.now_ms(), 7)
    head, row = gateway("trust", "list", authority).output.splitlines()
    assert head.split("  ")[0] == "utente"
    assert row.split()[:3] == ["new", "client", "invitato"]
    assert "la crea 'gateway trust init" in gateway("trust", "list", tmp_path).output


def test_a_folder_without_an_authority_says_how_to_make_one(tmp_path: Path) -> None:
    done = gateway("trust", "list", tmp_path)
    assert (done.exit_code, done.output) == (1, f"gateway: {tmp_path} has no authority: 'gateway trust init {tmp_path}' makes one\n")
