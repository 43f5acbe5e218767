"""Mosquitto's configuration from the site file: the one that is shipped, with the site's listeners and client certificates. Pure."""

from urllib.parse import urlsplit

from gateway.model.site.centre import CentreSettings
from gateway.trust.access_rules import MADE

_PLAIN_LISTENER, _TLS_LISTENER, _FOLDER = "listener 1883 127.0.0.1\n", "listener 8883\n", "/etc/mosquitto/"
_BOUND = "use_username_as_clientid true\n"


def broker_configuration(shipped: str, centre: CentreSettings, listen: str, folder: str) -> str:
    """Return the configuration of mosquitto.

    Args:
        shipped: The shipped configuration, without client certificates.
        centre: The centre: its processes on the broker's machine use the address `broker` if it begins with mqtt://.
        listen: Host and port of the listener with TLS.
        folder: The folder of the broker's files on its machine.
    """
    certificates = (
        f"cafile {folder}/certs/authority.pem\n"
        f"crlfile {folder}/certs/revoked.pem\n"
        "require_certificate true\n"
        "use_identity_as_username true\n"
    )  # fmt: skip
    changes = {
        _FOLDER: f"{folder}/",
        _PLAIN_LISTENER: _plain_listener(centre),
        _TLS_LISTENER: _tls_listener(listen),
        _BOUND: _BOUND + certificates,
    }
    for old, new in changes.items():
        shipped = shipped.replace(old, new)
    return MADE + shipped


def _plain_listener(centre: CentreSettings) -> str:
    address = urlsplit(centre.broker if isinstance(centre.broker, str) else centre.broker[0])
    return f"listener {address.port or 1883} {address.hostname}\n" if address.scheme == "mqtt" else _PLAIN_LISTENER


def _tls_listener(listen: str) -> str:
    host, _, port = listen.rpartition(":")
    return f"listener {port}\n" if host == "0.0.0.0" else f"listener {port} {host.strip('[]')}\n"
