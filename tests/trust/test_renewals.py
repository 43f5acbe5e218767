"""Who is asked to renew, and which requests are answered, at a real broker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from gateway.host import clock
from gateway.host.mqtt import Broker
from gateway.model.messages import Ask, GatewayState, RenewalRequest, RenewedCertificate
from gateway.model.site import LoginSettings
from gateway.model.topics import GatewayId
from gateway.trust import openssl
from gateway.trust.identity import GatewayIdentity
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
        await until("the request", lambda: of(client, "ask"))
        client.post(SOON.topic("renewal"), msgspec.json.encode(request_of(site, SOON)))
        await until("the certificate", lambda: of(client, "certificate"))
        assert service.mqtt.state.connected
    assert of(client, "ask") == [(SOON.topic("ask"), msgspec.json.encode(Ask(renew=True)))]
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
