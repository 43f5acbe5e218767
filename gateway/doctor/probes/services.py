"""Facts from systemd, and from the running gateway itself."""

import http.client
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from gateway.doctor.probes.kernel import output_of
from gateway.doctor.rules.running import GatewayAnswers, HealthReport, LineStateReport
from gateway.doctor.rules.system import UnitFacts

EDGE_UNITS = ("street-gateway.service",)
RECOVERY_UNIT = "street-recovery.path"
CENTRE_UNITS = tuple(f"street-{one}.service" for one in ("central", "city", "alarms", "analytics", "page", "trust"))
"""The units that a gateway and a centre may have; ingest workers are added by their names."""

_SHOWN = "Id,LoadState,ActiveState,UnitFileState,NRestarts,WatchdogUSec"
_ANSWER_S = 4.0
_MOST_BYTES = 4 << 20

T = TypeVar("T")


class _LinesAnswer(msgspec.Struct, frozen=True):
    lines: list[LineStateReport]


def units(root: Path, names: Sequence[str]) -> tuple[UnitFacts, ...] | None:
    """Return the state of units; None if systemd does not run here."""
    if not (root / "run/systemd/system").is_dir():
        return None
    said = output_of("systemctl", "show", f"--property={_SHOWN}", *names)
    return None if said is None else tuple(_unit(block) for block in said.split("\n\n") if block.strip())


def _unit(block: str) -> UnitFacts:
    found = dict(line.partition("=")[::2] for line in block.splitlines())
    return UnitFacts(
        found.get("Id", "?"),
        found.get("LoadState", ""),
        found.get("ActiveState", ""),
        found.get("UnitFileState", ""),
        int(found.get("NRestarts") or 0) if (found.get("NRestarts") or "0").isdigit() else 0,
        watched=found.get("WatchdogUSec", "0") not in ("0", "infinity", ""),
    )


def running(listen: str) -> GatewayAnswers:
    """Return what the gateway that listens at an address says about itself."""
    try:
        health = _get(listen, "/health", HealthReport)
        lines = _get(listen, "/lines", _LinesAnswer)
    except (OSError, http.client.HTTPException, msgspec.MsgspecError) as error:
        return GatewayAnswers(is_edge=True, why=f"{listen}: {error.strerror if isinstance(error, OSError) and error.strerror else error}")
    return GatewayAnswers(is_edge=True, health=health, lines=tuple(lines.lines))


def _get(listen: str, path: str, answer: type[T]) -> T:
    host, _, port = listen.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=_ANSWER_S)
    try:
        connection.request("GET", path)
        return msgspec.json.decode(connection.getresponse().read(_MOST_BYTES), type=answer)
    finally:
        connection.close()
