"""Facts from the network: interfaces, routes, names, brokers."""

import fcntl
import socket
import ssl
import struct
from collections.abc import Mapping
from pathlib import Path

from gateway.doctor.probes.kernel import text_of
from gateway.doctor.rules.network import BrokerFacts, LinkFacts
from gateway.host.checks.machine import host_names, unresolved
from gateway.host.files import SecretError
from gateway.host.mqtt import Broker, tls_context
from gateway.host.mqtt.addresses import Addresses, BrokerAddress
from gateway.model.site.file import Site

_SIOCGIFADDR = 0x8915
_VIRTUAL = ("lo", "docker", "veth", "br-", "virbr")
"""Interfaces that lead nowhere outside, by how their names begin."""

NAMES_S, BROKERS_S, _REFUSAL_S = 4.0, 5.0, 0.3
"""How long names, and all brokers together, may take; and how long a broker may take to refuse a certificate after the handshake."""


def links(root: Path) -> list[LinkFacts]:
    """Return the network interfaces."""
    names = sorted(path.name for path in (root / "sys/class/net").glob("*") if not path.name.startswith(_VIRTUAL))
    return [LinkFacts(name, _up(root, name), tuple(_addresses(root, name))) for name in names]


def _up(root: Path, interface: str) -> bool | None:
    carrier = text_of(root / f"sys/class/net/{interface}/carrier")  # can't be read while the interface is down
    return None if carrier is None and text_of(root / f"sys/class/net/{interface}/operstate") == "unknown" else carrier == "1"


def _addresses(root: Path, interface: str) -> list[str]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
            found.append(socket.inet_ntoa(answer[20:24]))
        except OSError:
            pass  # no such interface, or no IPv4 address
    for line in (text_of(root / "proc/net/if_inet6") or "").splitlines():
        words = line.split()
        if len(words) == 6 and words[5] == interface and words[3] == "00":  # of global scope
            found.append(socket.inet_ntop(socket.AF_INET6, bytes.fromhex(words[0])))
    return found


def routed(root: Path) -> bool:
    """Return whether there is a default route, of IPv4 or IPv6."""
    rows = [line.split() for line in (text_of(root / "proc/net/route") or "").splitlines()[1:]]
    rows6 = [line.split() for line in (text_of(root / "proc/net/ipv6_route") or "").splitlines()]
    return any(row[1:2] == ["0" * 8] for row in rows) or any(row[:2] == ["0" * 32, "00"] and row[-1] != "lo" for row in rows6)


def names(site: Site) -> Mapping[str, str] | None:
    """Return the host names of a site without an address, and why; None if it has no names."""
    hosts = {host for host in host_names(site).values() if host}
    return unresolved(hosts, NAMES_S) if hosts else None


def brokers(site: Site) -> list[BrokerFacts]:
    """Try to reach the brokers of a site. Nothing is sent over MQTT: a second client of the same name would replace the gateway."""
    named = [Broker(one.broker, one.tls, one.login) for one in (site.uplink, site.centre) if one is not None]
    urls = [(url, broker) for broker in named for url in broker.urls]
    return [_try(url, broker, BROKERS_S / len(urls)) for url, broker in urls]


def _try(url: str, broker: Broker, within_s: float) -> BrokerFacts:
    address = Addresses([url]).current
    try:
        with socket.create_connection((address.host, address.port), timeout=within_s) as connection:
            return BrokerFacts(url, address.tls, None, _no_tls(connection, address, broker) if address.tls else None)
    except OSError as error:
        return BrokerFacts(url, address.tls, error.strerror or str(error), None)


def _no_tls(connection: socket.socket, address: BrokerAddress, broker: Broker) -> str | None:
    """Return why there is no TLS over a connection; None if there is."""
    try:
        with tls_context(broker.tls).wrap_socket(connection, server_hostname=address.host) as secured:
            secured.settimeout(_REFUSAL_S)
            # With TLS 1.3 a broker refuses a certificate after the handshake (RFC 8446, section 4.4.2.4); one that accepts it waits.
            return None if secured.recv(1) else "the broker ended the connection"
    except TimeoutError:
        return None
    except SecretError as error:
        return str(error)
    except ssl.SSLError as error:
        return getattr(error, "verify_message", None) or (error.reason or str(error)).replace("_", " ").lower()
    except OSError as error:
        return error.strerror or str(error)
