"""Which certificates a real mosquitto with the files of `gateway broker-config` and `gateway trust` accepts, and which it refuses."""

import socket
import ssl
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from gateway.host import clock
from gateway.trust import openssl
from gateway.trust.authority import Authority
from gateway.trust.identity import GatewayIdentity
from tests.hostile.client import Client
from tests.system.servers import wait_until
from tests.trust.broker import SiteAuthority, SiteBroker
from tests.trust.broker import gateway as command

pytestmark = pytest.mark.system

GOOD, BAD = "prato-citelum-gw-1", "prato-citelum-gw-2"
DAY_MS = 86_400_000
CONNECT = b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01x"
CONNACK, NO_SUBSCRIBER = 0x20, 0x10


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SiteBroker]:
    made = SiteBroker(tmp_path, {"gateways": {"citelum": ["gw-1", "gw-2"]}})
    yield made
    made.stop()


@pytest.fixture
def site(tmp_path: Path, broker: SiteBroker) -> SiteAuthority:
    made = SiteAuthority(tmp_path / "authority", broker)
    broker.start()
    return made


def accepts(broker: SiteBroker, context: ssl.SSLContext) -> bool:
    """Return whether the broker accepts a connection; with TLS 1.3 it refuses a certificate only after the handshake."""
    try:
        with (
            socket.create_connection(("127.0.0.1", broker.tls), 20) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as one,
        ):
            one.sendall(CONNECT)
            answer = one.recv(16)
    except (ssl.SSLError, ConnectionError):
        return False
    return answer[:1] == bytes([CONNACK]) and answer[3] == 0


def has_reloaded(broker: SiteBroker, times: int) -> bool:
    return broker.process is not None and broker.process.said().count("Reloading config") >= times


def together(folder: Path, name: str, key: bytes, certificate: bytes) -> Path:
    path = folder / f"{name}.pem"
    path.write_bytes(key + certificate)
    return path


def test_only_a_valid_certificate_of_the_sites_authority_is_accepted(broker: SiteBroker, site: SiteAuthority, tmp_path: Path) -> None:
    key, now_ms = openssl.new_key(), clock.now_ms()
    request = openssl.new_request(key)
    foreign = Authority.create(tmp_path / "foreign", "Prato", now_ms)
    of_broker = site.authority.certify_broker("broker.example", now_ms, 90)
    certificates = {
        "valid": site.authority.certify(request, GOOD, now_ms, 90),
        "expired": site.authority.certify(request, GOOD, now_ms - 100 * DAY_MS, 90),
        "not valid yet": site.authority.certify(request, GOOD, now_ms + 10 * DAY_MS, 90),
        "foreign, with the names of ours": foreign.certify(request, GOOD, now_ms, 90),
        "self-signed": openssl.self_signed(key, GOOD, 90),
    }
    identities: dict[str, Path | None] = {name: together(tmp_path, name, key, made) for name, made in certificates.items()}
    identities |= {"none": None, "of a broker": together(tmp_path, "broker", of_broker.key, of_broker.certificate)}
    accepted = {name for name, identity in identities.items() if accepts(broker, site.context(identity))}
    assert accepted == {"valid"}


def test_each_revoked_certificate_is_refused_after_the_reload_and_nobody_else_notices(broker: SiteBroker, site: SiteAuthority) -> None:
    good, first, second = site.identity(GOOD), site.identity(BAD), site.identity("acquedotto")
    ended: list[bool] = []
    connected = Client(broker.tls, GOOD, tls=site.context(good)).ready()
    connected.paho.on_disconnect = lambda *_: ended.append(True)
    for user, identity in ((BAD, first), ("acquedotto", second)):
        assert accepts(broker, site.context(identity))
        assert broker.process is not None
        before, process = broker.process.said().count("Reloading config"), str(broker.process.process.pid)
        done = command("trust", "revoke", site.folder, user, "--out", broker.folder / "broker" / "certs", "--reload", process)
        assert done.output.endswith("reloaded: mosquitto\n"), done.output
        wait_until("the reload", partial(has_reloaded, broker, before + 1))
        assert not accepts(broker, site.context(identity))
    assert ended == []
    assert connected.publish("prato/v1/citelum/gw/gw-1/data", b"{}") == NO_SUBSCRIBER
    connected.close()
    assert accepts(broker, site.context(good))


def test_a_renewed_certificate_is_accepted_beside_the_one_before(broker: SiteBroker, site: SiteAuthority, tmp_path: Path) -> None:
    before = site.identity(GOOD)
    old = tmp_path / "old.pem"
    old.write_bytes(before.read_bytes())
    identity = GatewayIdentity(before.parent)
    identity.accept(site.authority.answer(identity.renewal(), clock.now_ms(), 90))
    assert before.read_bytes() != old.read_bytes()
    assert accepts(broker, site.context(before))
    assert accepts(broker, site.context(old))


def test_the_gateways_trust_the_brokers_certificate_under_its_name_alone(broker: SiteBroker, site: SiteAuthority) -> None:
    context = site.context(site.identity(GOOD))
    with (
        socket.create_connection(("127.0.0.1", broker.tls), 20) as plain,
        pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"),
    ):
        context.wrap_socket(plain, server_hostname="other.example")
