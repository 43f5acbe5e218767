"""`gateway trust renew`."""

from pathlib import Path

from tests.trust.broker import gateway

USER = "prato-citelum-gw-1"


def test_an_enrolled_gateway_renews_without_an_invitation(authority: Path, tmp_path: Path) -> None:
    own = ("--folder", tmp_path / "gateway")
    gateway("trust", "invite", authority, USER, "--out", tmp_path / "invitation.json")
    gateway("trust", "enrol", tmp_path / "invitation.json", "--out", tmp_path / "request.json", *own)
    for request in ("request.json", "renewal.json"):
        if request == "renewal.json":
            assert gateway("trust", "renew", "--out", tmp_path / request, *own).exit_code == 0
        done = gateway("trust", "issue", authority, tmp_path / request, "--out", tmp_path / "answer.json")
        assert done.exit_code == 0, done.output
        assert gateway("trust", "enrol", tmp_path / "answer.json", *own).exit_code == 0
    assert gateway("trust", "list", authority).output.count(USER) == 2


def test_a_gateway_without_identity_can_not_renew(tmp_path: Path) -> None:
    done = gateway("trust", "renew", "--out", tmp_path / "renewal.json", "--folder", tmp_path / "gateway")
    assert (done.exit_code, done.output) == (1, f"gateway: {tmp_path}/gateway has no identity to renew: enrol with an invitation first\n")
