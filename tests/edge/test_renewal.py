"""The gateway's part in a renewal."""

from pathlib import Path

import msgspec
import pytest

from gateway.edge.renewal import CertificateRenewal, renewable_identity
from gateway.host import clock
from gateway.model.messages import RenewalRequest, RenewedCertificate
from gateway.model.site.connection import TlsSettings
from gateway.trust.authority import Authority
from gateway.trust.enrolment import EnrolmentRequest
from gateway.trust.identity import IDENTITY, RENEWAL, GatewayIdentity
from gateway.trust.page_certificate import PAGE
from tests.system.peer import until

USER = "prato-citelum-gw-1"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "authority", "Prato", clock.now_ms())


@pytest.fixture
def identity(tmp_path: Path, authority: Authority) -> GatewayIdentity:
    made = GatewayIdentity(tmp_path / "gateway")
    made.accept(authority.answer(made.request(authority.invite(USER, clock.now_ms(), 7)), clock.now_ms(), 90))
    return made


def answer(authority: Authority, payload: bytes) -> str:
    request = msgspec.json.decode(payload, type=RenewalRequest)
    return authority.answer(EnrolmentRequest(USER, request.request, signature=request.signature), clock.now_ms(), 90).certificate


def test_only_an_identity_that_enrol_has_made_is_renewed(tmp_path: Path) -> None:
    own, other = str(tmp_path / IDENTITY), str(tmp_path / "own.pem")
    found = renewable_identity(TlsSettings(cert=own, key=own))
    assert found is not None
    assert found.folder == tmp_path
    for settings in (TlsSettings(), TlsSettings(cert=other, key=other), TlsSettings(cert=own, key=other)):
        assert renewable_identity(settings) is None


async def test_a_request_that_was_asked_for_twice_has_one_key_and_one_answer(authority: Authority, identity: GatewayIdentity) -> None:
    sent: list[bytes] = []
    renewal, before = CertificateRenewal(identity, sent.append), (identity.folder / IDENTITY).read_bytes()
    renewal.request()
    renewal.request()
    await until("the requests", lambda: len(sent) == 2)
    answers = [answer(authority, payload) for payload in sent]
    for one in answers:
        renewal.accept(RenewedCertificate(one))
    await until("the new certificate", lambda: not (identity.folder / RENEWAL).exists())
    accepted = (identity.folder / IDENTITY).read_bytes()
    assert accepted != before
    assert accepted.endswith(answers[0].encode())


async def test_a_request_whose_answer_was_lost_is_sent_again(authority: Authority, identity: GatewayIdentity) -> None:
    lost: list[bytes] = []
    CertificateRenewal(identity, lost.append).request()
    await until("the request", lambda: lost)
    sent: list[bytes] = []
    restarted = CertificateRenewal(GatewayIdentity(identity.folder), sent.append)
    restarted.resume()
    await until("the request again", lambda: sent)
    restarted.accept(RenewedCertificate(answer(authority, lost[0])))
    await until("the new certificate", lambda: not (identity.folder / RENEWAL).exists())
    restarted.resume()
    assert len(sent) == 1


async def test_a_wrong_answer_is_logged_and_changes_nothing(
    authority: Authority, identity: GatewayIdentity, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[bytes] = []
    renewal, before = CertificateRenewal(identity, sent.append), (identity.folder / IDENTITY).read_bytes()
    renewal.request()
    await until("the request", lambda: sent)
    renewal.accept(RenewedCertificate("junk"))
    await until("the warning", lambda: "the renewed certificate is not used: the certificate in the answer is damaged" in caplog.text)
    assert (identity.folder / IDENTITY).read_bytes() == before
    renewal.accept(RenewedCertificate(answer(authority, sent[0])))
    await until("the new certificate", lambda: (identity.folder / IDENTITY).read_bytes() != before)


async def test_a_gateway_that_can_not_renew_says_why(identity: GatewayIdentity, caplog: pytest.LogCaptureFixture) -> None:
    (identity.folder / IDENTITY).unlink()
    sent: list[bytes] = []
    CertificateRenewal(identity, sent.append).request()
    await until("the warning", lambda: "can't renew the certificate: " in caplog.text)
    assert sent == []


async def test_the_page_gets_a_certificate_when_the_centre_asks(
    authority: Authority, identity: GatewayIdentity, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[bytes] = []
    renewal = CertificateRenewal(identity, sent.append)
    renewal.request_page()
    await until("the request", lambda: sent)
    renewal.resume()
    await until("the request again", lambda: len(sent) == 2)
    request = msgspec.json.decode(sent[0], type=RenewalRequest)
    assert request.page
    proved = EnrolmentRequest(USER, request.request, signature=request.signature)
    made = authority.certify_page(proved, "gw-1", clock.now_ms(), 90).decode()
    renewal.accept(RenewedCertificate("junk", page=True))
    await until("the warning", lambda: "the certificate of the page is not used: " in caplog.text)
    renewal.accept(RenewedCertificate(made, page=True))
    await until("the certificate", (identity.folder / PAGE).exists)
    assert (identity.folder / PAGE).read_text().endswith(made)
    renewal.resume()
    assert len(sent) == 2
