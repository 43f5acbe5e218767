"""Signed reports."""

import base64
from pathlib import Path

import msgspec
import pytest

from gateway.host import clock
from gateway.model.messages import SignedReport
from gateway.provision.report.signed import ReportError, read_report, sign, verify
from gateway.trust.authority import Authority
from gateway.trust.identity import IDENTITY, GatewayIdentity
from tests.provision.report.reports import report


class Signer:
    """An authority, and the identity of a gateway."""

    def __init__(self, folder: Path, user: str = "prato-citelum-gw-1") -> None:
        self.authority = Authority.create(folder / f"authority-{user}", "Prato", clock.now_ms())
        identity = GatewayIdentity(folder / f"identity-{user}")
        request = identity.request(self.authority.invite(user, clock.now_ms(), 1))
        identity.accept(self.authority.answer(request, clock.now_ms(), 90))
        self.identity = identity.folder / IDENTITY


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("signer"))


def test_a_report_is_verified_against_the_authority_of_its_gateway(signer: Signer) -> None:
    made = sign(report(), signer.identity)
    assert verify(made, signer.authority.certificate) == (report(), "prato-citelum-gw-1")
    assert read_report(made) == report()


def test_the_file_is_json_that_anybody_can_read_and_has_no_private_key(signer: Signer) -> None:
    made = sign(report(), signer.identity)
    found = msgspec.json.decode(made, type=SignedReport)
    assert found.report == report()
    assert b"PRIVATE" not in made


def test_every_change_is_noticed(signer: Signer) -> None:
    made = sign(report(verdict="red"), signer.identity)
    assert b'"verdict":"red"' in made
    for before, after in ((b'"verdict":"red"', b'"verdict":"green"'), (b'"v":1,', b'"v":1, '), (b"230.1", b"230.2")):
        with pytest.raises(ReportError, match="it was changed after it was signed"):
            verify(made.replace(before, after), signer.authority.certificate)


def test_a_certificate_of_another_authority_or_gateway_is_refused(signer: Signer, tmp_path: Path) -> None:
    other = Signer(tmp_path, "prato-citelum-gw-2")
    with pytest.raises(ReportError, match="its certificate is not of this authority"):
        verify(sign(report(), other.identity), signer.authority.certificate)
    with pytest.raises(ReportError, match="signed by 'prato-citelum-gw-2', which is another gateway") as refused:
        verify(sign(report(), other.identity), other.authority.certificate)
    assert "è firmato da" in refused.value.italian


def test_a_signature_moved_to_another_report_is_refused(signer: Signer) -> None:
    one = msgspec.json.decode(sign(report(), signer.identity))
    other = msgspec.json.decode(sign(report(role="other"), signer.identity))
    with pytest.raises(ReportError, match="it was changed"):
        verify(msgspec.json.encode(one | {"signature": other["signature"]}), signer.authority.certificate)


def test_without_an_identity_it_is_not_signed_and_nobody_is_said_to_have(signer: Signer) -> None:
    assert verify(sign(report(), None), signer.authority.certificate) == (report(), None)


def test_an_identity_that_others_can_read_signs_nothing(signer: Signer, tmp_path: Path) -> None:
    (tmp_path / "identity.pem").write_bytes(signer.identity.read_bytes())
    (tmp_path / "identity.pem").chmod(0o644)
    with pytest.raises(ReportError, match="run chmod 600"):
        sign(report(), tmp_path / "identity.pem")


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b'{"report": {"v": 1}}', b"\xff", b" " * (5 << 20)])
def test_anything_else_is_said_to_be_no_report(content: bytes) -> None:
    with pytest.raises(ReportError, match="it is no report"):
        read_report(content)


def test_a_damaged_certificate_is_one_sentence(signer: Signer) -> None:
    made = msgspec.json.decode(sign(report(), signer.identity))
    made |= {"certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "signature": base64.b64encode(b"x").decode()}
    with pytest.raises(ReportError, match="its certificate is"):
        verify(msgspec.json.encode(made), signer.authority.certificate)
