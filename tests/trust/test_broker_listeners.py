"""The configuration of mosquitto that is made for a site."""

import pytest

from gateway.installation.shipped import shipped_folder
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import StoreSettings
from gateway.trust.broker_listeners import broker_configuration

SHIPPED = (shipped_folder() / "mosquitto.conf").read_text()


def made(broker: str | tuple[str, ...], listen: str = "0.0.0.0:8883", folder: str = "/etc/mosquitto") -> list[str]:
    return broker_configuration(SHIPPED, CentreSettings(broker=broker, store=StoreSettings()), listen, folder).splitlines()


@pytest.mark.parametrize(
    ("broker", "listener"),
    [
        ("mqtt://127.0.0.1:1883", "listener 1883 127.0.0.1"),
        ("mqtt://localhost", "listener 1883 localhost"),
        ("mqtt://[::1]:1999", "listener 1999 ::1"),
        (("mqtts://a.example:8883", "mqtts://b.example:8883"), "listener 1883 127.0.0.1"),
    ],
)
def test_the_centre_beside_the_broker_finds_its_listener(broker: str | tuple[str, ...], listener: str) -> None:
    assert made(broker)[4:8].count(listener) == 1


@pytest.mark.parametrize(
    ("listen", "listener"),
    [("0.0.0.0:8883", "listener 8883"), ("192.0.2.1:8884", "listener 8884 192.0.2.1"), ("[2001:db8::1]:8883", "listener 8883 2001:db8::1")],
)
def test_the_listener_with_tls_requires_certificates_and_binds_client_ids_to_them(listen: str, listener: str) -> None:
    lines = made("mqtt://127.0.0.1:1883", listen, "/srv/broker")
    assert lines[lines.index(listener) + 1 :][:8] == [
        "use_username_as_clientid true",
        "cafile /srv/broker/certs/authority.pem",
        "crlfile /srv/broker/certs/revoked.pem",
        "require_certificate true",
        "use_identity_as_username true",
        "certfile /srv/broker/certs/broker.pem",
        "keyfile /srv/broker/certs/broker.key",
        "tls_version tlsv1.2",
    ]
    assert not any("/etc/mosquitto" in line for line in lines)


def test_everything_else_is_as_shipped() -> None:
    changed = {"listener 1883 127.0.0.1", "listener 8883"}
    assert set(SHIPPED.splitlines()) - changed <= set(made("mqtt://127.0.0.1:1884", "127.0.0.1:8884"))
