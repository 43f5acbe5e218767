"""Who is asked to renew, and which requests are answered, at a real broker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from gateway.host import clock
from gateway.host.mqtt import Broker, Message
from gateway.model.messages import Ask, GatewayState, RenewalRequest, RenewedCertificate
from gateway.model.site.connection import LoginSettings
from gateway.model.topics import GatewayId
from gateway.trust import openssl
from gateway.trust.authority import TrustError
from gateway.trust.enrolment import EnrolmentAnswer, EnrolmentRequest
from gateway.trust.identity import GatewayIdentity
from gateway.trust.page_certificate import PageCertificate
from gateway.trust.renewals import RenewalService
from tests.hostile.broker import CENTRE_USER
from tests.hostile.client import Client
from tests.system.peer import until
from tests.trust.broker import SiteAuthority, SiteBroker

pytestmark = pytest.mark.system

SOON, FRESH, REVOKED = (GatewayId("prato", "citelum", name) for name in ("soon", "fresh", "revoked"))
DAY_MS = 86_400_000


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SiteBroker]:
    made = SiteBroker(tmp_path, {"gateways": {"citelum": ["soon", "fresh", "revoked"]}})
    yield made
    made.stop()


@pytest.fixture
def site(tmp_path: Path, broker: SiteBroker) -> SiteAuthority:
    made = SiteAuthority(tmp_path / "authority", broker)
    for one, days_ago in ((SOON, 70), (FRESH, 1), (REVOKED, 70)):
        made.identity(one.user, days_ago)
    made.authority.revoke(REVOKED.user, clock.now_ms())
    broker.start()
    return made


@contextlib.asynccontextmanager
async def serving(broker: SiteBroker, site: SiteAuthority) -> AsyncIterator[RenewalService]:
    login = LoginSettings(user=CENTRE_USER, password_file=str(broker.folder / "centre.password"))
    service = RenewalService("prato", site.authority, Broker(f"mqtt://127.0.0.1:{broker.plain}", login=login), clock.now_ms, 90)
    stop = asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    await until("the connection", lambda: service.mqtt.state.connected)
    yield service
    stop.set()
    await running


def request_of(site: SiteAuthority, one: GatewayId) -> RenewalRequest:
    made = GatewayIdentity(site.folder.parent / f"identity-{one.user}").renewal()
    return RenewalRequest(made.request, made.signature)


def of(client: Client, channel: str) -> list[tuple[str, bytes]]:
    return [(topic, payload) for topic, payload, _ in client.received if topic.endswith(f"/{channel}")]


def refusals(caplog: pytest.LogCaptureFixture, number: int) -> bool:
    return caplog.text.count(" is not answered: ") == number


async def listening(broker: SiteBroker) -> Client:
    """Return a client that stands for the gateways: it publishes for them, and sees what they would receive."""
    return await asyncio.to_thread(broker.centre)


@pytest.fixture
def open_rules(broker: SiteBroker, site: SiteAuthority) -> None:
    """Let the centre's user stand for gateways, so that one client can speak for all; the real rules are tried elsewhere."""
    rules = broker.folder / "broker" / "mosquitto.acl"
    rules.write_text(rules.read_text().replace(f"user {CENTRE_USER}\n", f"user {CENTRE_USER}\ntopic readwrite #\n"))
    assert broker.process is not None
    broker.stop()
    broker.run()


async def test_a_gateway_that_asks_without_end_is_answered_in_turn(site: SiteAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    service = RenewalService("prato", site.authority, Broker("mqtt://127.0.0.1:9"), clock.now_ms, 90)
    flood, other = (
        Message(one.topic("renewal"), msgspec.json.encode(RenewalRequest("x", b"")), retained=False, mid=0, session=0)
        for one in (FRESH, SOON)
    )
    answered: list[str] = []

    def answer(request: EnrolmentRequest, *_: object, **__: object) -> EnrolmentAnswer:
        answered.append(request.user)
        if len(answered) < 5:
            service._received(flood)
        raise TrustError("refused", "rifiutato")

    monkeypatch.setattr(site.authority, "answer", answer)
    for message in (flood, other, flood):
        service._received(message)
    await service._answer_all(asyncio.Event())
    assert answered == [FRESH.user, SOON.user, FRESH.user, FRESH.user, FRESH.user]


@pytest.mark.usefixtures("open_rules")
async def test_only_gateways_that_are_online_and_whose_certificates_end_soon_are_asked_and_once(
    broker: SiteBroker, site: SiteAuthority
) -> None:
    client = await listening(broker)
    await asyncio.to_thread(client.subscribe, "#")
    async with serving(broker, site) as service:
        for one in (FRESH, REVOKED, SOON, SOON):
            client.post(one.topic("state"), msgspec.json.encode(GatewayState("online")))
        client.post(FRESH.topic("state"), b"junk")
        await until("the request", lambda: SOON.topic("ask") in dict(of(client, "ask")))
        client.post(SOON.topic("renewal"), msgspec.json.encode(request_of(site, SOON)))
        await until("the certificate", lambda: of(client, "certificate"))
        assert service.mqtt.state.connected
    asked = [(topic, msgspec.json.decode(payload, type=Ask)) for topic, payload in of(client, "ask") if topic != FRESH.topic("ask")]
    assert asked == [(SOON.topic("ask"), Ask(renew=True, page=True))], "once"
    assert Ask(renew=True) not in [msgspec.json.decode(payload, type=Ask) for _, payload in of(client, "ask")]
    ((topic, payload),) = of(client, "certificate")
    assert topic == SOON.topic("certificate")
    assert openssl.common_name(msgspec.json.decode(payload, type=RenewedCertificate).certificate.encode()) == SOON.user
    await asyncio.to_thread(client.close)


@pytest.mark.usefixtures("open_rules")
async def test_requests_that_are_not_due_or_not_proved_are_not_answered(
    broker: SiteBroker, site: SiteAuthority, caplog: pytest.LogCaptureFixture
) -> None:
    client = await listening(broker)
    await asyncio.to_thread(client.subscribe, "#")
    good = request_of(site, SOON)
    other = openssl.new_request(openssl.new_key()).decode()
    refused = [
        (FRESH, msgspec.json.encode(request_of(site, FRESH))),
        (REVOKED, msgspec.json.encode(request_of(site, REVOKED))),
        (FRESH, msgspec.json.encode(good)),
        (GatewayId("prato", "citelum", "unknown"), msgspec.json.encode(good)),
        (SOON, msgspec.json.encode(RenewalRequest(other, good.signature))),
        (SOON, msgspec.json.encode(RenewalRequest(good.request, b""))),
        (SOON, b"junk"),
    ]
    async with serving(broker, site):
        client.post(SOON.topic("renewal"), b"x" * 20_000)
        for number, (sender, payload) in enumerate(refused, 1):
            client.post(sender.topic("renewal"), payload)
            await until("the refusal", partial(refusals, caplog, number))
        client.post(SOON.topic("renewal"), msgspec.json.encode(good))
        await until("the good certificate", lambda: of(client, "certificate"))
    assert [topic for topic, _ in of(client, "certificate")] == [SOON.topic("certificate")]
    assert len(site.authority.register().certificates) == 5, "three, the broker's, and the renewed one"
    await asyncio.to_thread(client.close)


@pytest.mark.usefixtures("open_rules")
async def test_the_page_of_a_gateway_is_certified_under_its_name_beside_its_own_renewal(broker: SiteBroker, site: SiteAuthority) -> None:
    client = await listening(broker)
    await asyncio.to_thread(client.subscribe, "#")
    page = PageCertificate(site.folder.parent / f"identity-{SOON.user}")
    made = await asyncio.to_thread(page.request)
    async with serving(broker, site):
        for request in (RenewalRequest(made.request, made.signature, page=True), request_of(site, SOON)):
            client.post(SOON.topic("renewal"), msgspec.json.encode(request))
        await until("both certificates", lambda: len(of(client, "certificate")) == 2)
    answers = [msgspec.json.decode(payload, type=RenewedCertificate) for _, payload in of(client, "certificate")]
    (of_page,) = (one.certificate.encode() for one in answers if one.page)
    await asyncio.to_thread(page.accept, of_page)
    assert {one.purpose for one in site.authority.register().of(SOON.user)} == {"client", "page"}
    await asyncio.to_thread(client.close)
