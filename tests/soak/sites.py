"""The files of a soak: the sites of the gateways and of the centre, the broker's configuration."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from gateway.model.topics import GatewayId
from tests.hostile.attacker import ATTACKER
from tests.hostile.broker import CENTRE_USER, Ports, password_of, user_of, write_configuration
from tests.hostile.victim import ASSET, DEVICE, VICTIM
from tests.soak.devices import BAUD
from tests.soak.observer import OBSERVER, RULES
from tests.system.servers import program

STEADY, STRUCK = VICTIM, GatewayId("prato", "comune", "gw-0007")
"""The gateways of two operators: attacks are aimed at the first, faults at the second."""

_UNITS, _SERIAL_UNITS = 8, 4


class PlannedLine(NamedTuple):
    """A line of a gateway: its id, whether it is a pseudo-terminal, and the ids of its devices, by unit from 1 on."""

    id: str
    serial: bool
    devices: list[str]


def planned_lines(gateway: GatewayId, devices: int) -> list[PlannedLine]:
    """Return the lines of a gateway with so many devices: a serial one with four, and TCP lines with up to eight each."""
    names = [f"d-{number}" for number in range(1, devices + 1)]
    if gateway == VICTIM:
        names[-1] = DEVICE  # whose readings the attacks would change
    tcp = names[_SERIAL_UNITS:]
    pieces = [tcp[start : start + _UNITS] for start in range(0, len(tcp), _UNITS)]
    return [PlannedLine("serial", True, names[:_SERIAL_UNITS]), *(PlannedLine(f"tcp-{n}", False, one) for n, one in enumerate(pieces, 1))]


def broker_ports(folder: Path) -> Ports:
    """Write the configuration of the broker as shipped, with one more user, who may read everything; return its ports."""
    ports = write_configuration(folder, [STEADY, STRUCK, ATTACKER])
    with (folder / "mosquitto.acl").open("a") as rules:
        rules.write(RULES)
    subprocess.run(
        [program("mosquitto_passwd"), "-b", str(folder / "passwords"), OBSERVER, password_of(OBSERVER)], check=True, capture_output=True
    )
    return ports


def edge_site(folder: Path, gateway: GatewayId, broker_port: int, listen: int, lines: Mapping[str, tuple[PlannedLine, str]]) -> str:
    """Write the site file of a gateway, whose lines have addresses; return its name."""
    site = {
        "site": gateway.site, "operator": gateway.operator, "gateway": gateway.gateway, "listen": f"127.0.0.1:{listen}",
        "journal": {"path": str(journal_of(folder, gateway))}, "state": str(folder / f"{gateway.gateway}-state"),
        "uplink": {"broker": f"mqtt://127.0.0.1:{broker_port}", "flush": "1s", "clock_wait": "0s", "login": _login(folder, user_of(gateway))},
        "lines": [_line(gateway, line, address) for line, address in lines.values()],
    }  # fmt: skip
    (folder / f"{gateway.gateway}.yaml").write_text(json.dumps(site))
    return f"{gateway.gateway}.yaml"


def _line(gateway: GatewayId, line: PlannedLine, address: str) -> dict[str, object]:
    way: dict[str, object] = {"serial": address, "baud": BAUD, "parity": "N"} if line.serial else {"tcp": address}
    devices = [
        {"id": device, "profile": "counting", "unit": unit, "asset": ASSET if device == DEVICE else f"{gateway.operator[:2]}-{device}"}
        for unit, device in enumerate(line.devices, 1)
    ]
    return {"id": line.id, **way, "timeout": "3s", "devices": devices}


def journal_of(folder: Path, gateway: GatewayId) -> Path:
    """Return the path of a gateway's journal."""
    return folder / f"{gateway.gateway}.sqlite"


def centre_site(folder: Path, worker: str, broker_port: int, listen: int, store: Mapping[str, object]) -> Path:
    """Write the site file of a worker of the centre; return its path."""
    centre = {
        "broker": f"mqtt://127.0.0.1:{broker_port}", "login": _login(folder, CENTRE_USER), "store": store, "worker": worker,
        "listen": f"127.0.0.1:{listen}", "dead_letters": str(folder / f"{worker}-dead.sqlite"),
    }  # fmt: skip
    path = folder / f"{worker}.yaml"
    path.write_text(json.dumps({"site": STEADY.site, "centre": centre}))
    return path


def _login(folder: Path, user: str) -> dict[str, str]:
    secret = folder / f"{user}.password"
    secret.write_text(password_of(user))
    secret.chmod(0o600)
    return {"user": user, "password_file": str(secret)}
