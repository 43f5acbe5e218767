"""A mosquitto with the configuration and the access rules that this project ships, on free ports."""

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from gateway.model.topics import GatewayId
from tests.system.servers import Process, free_port, listens, program, wait_until

SHIPPED = Path(__file__).parents[2] / "systemd"
SITE, EXAMPLE, EXAMPLE_READER = "prato", GatewayId("prato", "citelum", "gw-0042"), "acquedotto"
CENTRE_USER = "centre"


class Ports(NamedTuple):
    """The ports of a broker: that of the centre, and that of gateways and utilities."""

    centre: int
    gateways: int


def user_of(gateway: GatewayId) -> str:
    """Return the user of a gateway, which is also its client id."""
    return f"{gateway.site}-{gateway.operator}-{gateway.gateway}"


def password_of(user: str) -> str:
    """Return the password of a user: long, as the centre's must not be guessed."""
    return f"{user}-7f3a9c1e55d0"


def rules(gateways: Iterable[GatewayId]) -> str:
    """Return the shipped access rules with one block for each gateway instead of the example's."""
    before, mark, rest = (SHIPPED / "mosquitto.acl").read_text().partition(f"user {user_of(EXAMPLE)}\n")
    assert mark, "the shipped rules have no block for the example gateway"
    block, blank, after = rest.partition("\n\n")
    blocks = [
        mark.replace(user_of(EXAMPLE), user_of(one))
        + block.replace(f"/{EXAMPLE.operator}/gw/{EXAMPLE.gateway}/", f"/{one.operator}/gw/{one.gateway}/")
        for one in gateways
    ]
    return before + (blank.join(blocks)) + blank + after


def write_configuration(folder: Path, gateways: Iterable[GatewayId], tls: Path | None = None, more: str = "") -> Ports:
    """Write configuration, rules and passwords: exactly what is shipped, but for ports and paths. `tls` has `broker.pem` and `broker.key`.

    Without `tls` the listener of the gateways has no encryption, which the tests of floods do not need.
    """
    gateways, ports = list(gateways), Ports(free_port(), free_port())
    text = (SHIPPED / "mosquitto.conf").read_text()
    changes = {
        "listener 1883 127.0.0.1": f"listener {ports.centre} 127.0.0.1",
        "listener 8883": f"listener {ports.gateways} 127.0.0.1",
        "use_username_as_clientid true\n": f"use_username_as_clientid true\n{more}",
        "/etc/mosquitto/passwords": str(folder / "passwords"),
        "/etc/mosquitto/mosquitto.acl": str(folder / "mosquitto.acl"),
        "/etc/mosquitto/certs/": f"{tls}/",
        "/var/lib/mosquitto/": f"{folder}/",
    }
    for shipped, here in changes.items():
        assert shipped in text, f"the shipped configuration lacks '{shipped}'"
        text = text.replace(shipped, here)
    if tls is None:
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("certfile", "keyfile", "tls_version")))
    (folder / "mosquitto.conf").write_text(f"user root\n{text}")
    (folder / "mosquitto.acl").write_text(rules(gateways))
    passwords = folder / "passwords"
    passwords.touch(0o600)
    for user in (CENTRE_USER, EXAMPLE_READER, *map(user_of, gateways)):
        subprocess.run([program("mosquitto_passwd"), "-b", str(passwords), user, password_of(user)], check=True, capture_output=True)
    return ports


def shipped_mosquitto(folder: Path, gateways: Iterable[GatewayId], tls: Path | None = None, more: str = "") -> tuple[Process, Ports]:
    """Start a mosquitto as shipped; `more` are lines added to the listener of the gateways."""
    ports = write_configuration(folder, gateways, tls, more)
    process = Process("mosquitto", folder, program("mosquitto"), "-c", str(folder / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(ports.centre) and listens(ports.gateways))
    return process, ports
