"""A gateway renews its certificate over MQTT, whatever its clock says."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.host import clock
from gateway.trust import openssl
from gateway.trust.page_certificate import PAGE
from tests.faults import faketime
from tests.system.servers import Process, free_port, gateway, wait_until
from tests.trust.broker import SiteAuthority, SiteBroker

pytestmark = pytest.mark.system

USER, DAY_MS = "prato-citelum-gw-1", 86_400_000


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SiteBroker]:
    made = SiteBroker(tmp_path, {"gateways": {"citelum": ["gw-1"]}})
    yield made
    made.stop()


def edge(folder: Path, broker: SiteBroker, identity: Path) -> Path:
    """Write the site file of a gateway whose only device does not respond."""
    tls = {"ca": str(identity.with_name("authority.pem")), "cert": str(identity), "key": str(identity)}
    devices = [{"id": "meter", "profile": "carlo_gavazzi_em340", "asset": "qe-1"}]
    site = {
        "site": "prato", "operator": "citelum", "gateway": "gw-1", "uplink": {"broker": f"mqtts://127.0.0.1:{broker.tls}", "tls": tls},
        "journal": {"path": str(folder / "journal.sqlite")}, "listen": f"127.0.0.1:{free_port()}",
        "lines": [{"id": "l", "tcp": f"127.0.0.1:{free_port()}", "devices": devices}],
    }  # fmt: skip
    path = folder / "gw-1.yaml"
    path.write_text(json.dumps(site))
    return path


def connections(broker: SiteBroker) -> int:
    assert broker.process is not None
    return broker.process.said().count(f" as {USER} ")


@pytest.mark.parametrize("wrong_days", [-20, 120])
def test_a_gateway_whose_clock_is_wrong_renews_in_time_and_connects_with_the_new_certificate(
    wrong_days: int, broker: SiteBroker, tmp_path: Path
) -> None:
    then, now = tmp_path / "then", tmp_path / "now"
    for folder, days in ((then, -30), (now, wrong_days)):
        folder.mkdir()
        faketime.set_clock(folder, days * DAY_MS)
    site = SiteAuthority(tmp_path / "authority", broker, faketime.command(then))
    identity = site.identity(USER, days_ago=70)
    old = identity.read_bytes()
    broker.start()
    service = gateway("serve", tmp_path, "trust", "serve", str(site.folder), str(broker.site))
    described = edge(tmp_path, broker, identity)
    running = Process("gateway", tmp_path, *faketime.command(now), sys.executable, "-m", "gateway", "run", str(described))
    wait_until("the new certificate", lambda: identity.read_bytes() != old)
    running.wait_for("the certificate is renewed")
    running.wait_for("the page has a new certificate")
    page = identity.with_name(PAGE).read_bytes()
    assert openssl.is_signed_by(page, site.authority.certificate, "sslserver")
    issued = [one for one in site.authority.register().of(USER) if one.purpose == "client"]
    assert [one.state(clock.now_ms()) for one in issued] == ["ends soon", "valid"]
    assert openssl.public_key(identity.read_bytes()) == issued[1].key
    assert connections(broker) == 1, "nothing was disconnected"
    # Only the new certificate is left to connect with, when the broker is started again.
    site.authority.revoke(issued[0].serial, clock.now_ms())
    site.publish()
    broker.stop()
    broker.start()
    wait_until("the connection with the new certificate", lambda: connections(broker) == 1)
    running.stop()
    service.stop()
