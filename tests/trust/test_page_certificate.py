"""The certificate of a gateway's page."""

import asyncio
import ssl
from pathlib import Path

import pytest

from gateway.host import clock
from gateway.trust import openssl
from gateway.trust.authority import Authority, TrustError
from gateway.trust.identity import IDENTITY, GatewayIdentity, IdentityError
from gateway.trust.page_certificate import PAGE, PAGE_PENDING, PageCertificate

USER, DAY_MS = "prato-citelum-gw-0042", 86_400_000


class Site:
    """An authority, and a gateway that has enrolled."""

    def __init__(self, folder: Path) -> None:
        self.authority, self.identity = Authority.create(folder / "authority", "Prato", clock.now_ms()), GatewayIdentity(folder / "gateway")
        request = self.identity.request(self.authority.invite(USER, clock.now_ms(), 1))
        self.identity.accept(self.authority.answer(request, clock.now_ms(), 90))
        self.page = PageCertificate(self.identity.folder)

    def certified(self, gateway: str = "gw-0042", now_ms: int | None = None) -> bytes:
        return self.authority.certify_page(self.page.request(), gateway, now_ms or clock.now_ms(), 90)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def shakes_hands(file: Path, authority: Path, name: str) -> bool:
    """Return whether a browser that trusts an authority would accept the certificate under a name."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(authority))
    server.load_cert_chain(file)
    listener = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=server)
    try:
        port = listener.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname=name)
        writer.close()
    except ssl.SSLCertVerificationError:
        return False
    finally:
        listener.close()
    return True


async def test_a_browser_that_trusts_the_authority_accepts_it_under_the_gateways_name_alone(site: Site) -> None:
    made = await asyncio.to_thread(site.certified)
    await asyncio.to_thread(site.page.accept, made)
    file, authority = site.identity.folder / PAGE, site.authority.folder / "authority.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not (site.identity.folder / PAGE_PENDING).exists()
    assert [await shakes_hands(file, authority, name) for name in ("gw-0042.local", "gw-0042", "gw-0043.local")] == [True, True, False]


def test_it_can_not_pose_as_the_gateway(site: Site) -> None:
    made = site.certified()
    assert not openssl.is_signed_by(made, site.authority.certificate)
    assert openssl.is_signed_by(made, site.authority.certificate, "sslserver")


def test_a_request_keeps_its_key_until_it_is_answered_and_each_answer_is_for_that_key(site: Site) -> None:
    first = site.certified()
    site.page.accept(site.certified())
    with pytest.raises(IdentityError, match="no request for the page waits"):
        site.page.accept(first)
    site.page.request()
    with pytest.raises(IdentityError, match="is for another key"):
        site.page.accept(first)


def test_one_of_another_authority_or_for_a_client_or_damaged_is_not_used(site: Site, tmp_path: Path) -> None:
    foreign = Authority.create(tmp_path / "foreign", "Prato", clock.now_ms())
    request = site.page.request().request.encode()
    for made in (foreign.certify(request, USER, clock.now_ms(), 90), site.authority.certify(request, USER, clock.now_ms(), 90)):
        with pytest.raises(IdentityError, match="not signed by the authority that this gateway trusts"):
            site.page.accept(made)
    with pytest.raises(IdentityError, match="is damaged"):
        site.page.accept(b"junk")
    assert not (site.identity.folder / PAGE).exists()


def test_a_gateway_gets_few_at_a_time_and_the_register_says_when_it_needs_one(site: Site) -> None:
    now_ms, register = clock.now_ms(), site.authority.register
    assert register().needs_page(USER, now_ms)
    assert not register().needs_page("prato-citelum-gw-9", now_ms)
    for _ in range(5):
        site.certified()
    assert not register().needs_page(USER, now_ms)
    with pytest.raises(TrustError, match="has several certificates that are valid for long"):
        site.certified()
    assert register().needs_page(USER, now_ms + 70 * DAY_MS)


def test_a_request_without_the_proof_of_the_identity_is_refused(site: Site) -> None:
    renewal = site.identity.renewal()
    with pytest.raises(TrustError, match="is not signed with the key of a valid certificate"):
        site.authority.certify_page(renewal, "gw-0042", clock.now_ms(), 90)
    page = site.page.request()
    with pytest.raises(TrustError, match="is not signed with the key of a valid certificate"):
        site.authority.answer(page, clock.now_ms(), 90)
    site.authority.revoke(USER, clock.now_ms())
    with pytest.raises(TrustError, match="is not signed with the key of a valid certificate"):
        site.authority.certify_page(page, "gw-0042", clock.now_ms(), 90)


@pytest.mark.parametrize("name", ["gw,DNS:evil.example", "gw\n", "GW", "", "a.b"])
def test_a_name_that_is_no_gateway_s_does_not_reach_openssl(name: str, site: Site) -> None:
    with pytest.raises(TrustError, match="is not the name of a gateway"):
        site.certified(name)


def test_a_gateway_without_an_identity_requests_nothing(tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match=f"{IDENTITY} can't be read"):
        PageCertificate(tmp_path).request()
    assert list(tmp_path.iterdir()) == []
