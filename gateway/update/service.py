"""The running service: what it says over its socket, and restarting it."""

import http.client
import subprocess
from pathlib import Path

import msgspec

from gateway.host.http.unix_socket import connect_to
from gateway.update.errors import UpdateError
from gateway.update.report import RunningGateway

UNIT = "street-gateway"

_ANSWER_S = 5.0
_RESTART_S = 120.0
"""systemd waits for a stop at most 30 s, and for the start until it is ready."""

_LARGEST_BYTES = 16 << 20


def ask_state(control_socket: Path) -> RunningGateway | None:
    """Return the state of the gateway that listens at a socket; None if none answers."""
    connection = http.client.HTTPConnection("localhost")
    try:
        connection.sock = connect_to(control_socket, _ANSWER_S)
        connection.request("GET", "/api/state")
        response = connection.getresponse()
        content = response.read(_LARGEST_BYTES)
        return msgspec.json.decode(content, type=RunningGateway) if response.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException, msgspec.DecodeError):
        return None
    finally:
        connection.close()


def restart() -> bool:
    """Restart the service, and return whether it has started; of a gateway, systemd knows that it is ready.

    Raises:
        UpdateError: systemd is missing.
    """
    try:
        done = subprocess.run(["systemctl", "restart", UNIT], capture_output=True, check=False, timeout=_RESTART_S)
    except FileNotFoundError as error:
        raise UpdateError("systemctl is missing: an update needs systemd", "manca systemctl: l'aggiornamento richiede systemd") from error
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
