"""`gateway state`: how a running gateway is, and the values of its devices."""

from pathlib import Path
from typing import Any

import click
import msgspec

from gateway.cli.common import columns, in_language, read_edge
from gateway.cli.local import LocalGateway, asking, clock_time
from gateway.cli.options import JSON, SITE
from gateway.web.technician.state_routes import LiveReading, LocalState

_ONE = "1"


@click.command()
@SITE
@click.option("--values", is_flag=True, help="The last values of the devices.")
@click.option("--follow", is_flag=True, help="Go on with what changes, until Ctrl-C.")
@JSON
def command(site: Path, *, values: bool, follow: bool, as_json: bool) -> None:
    r"""Show how the running gateway of SITE is: clock, uplink, backlog, lines and devices; with --values, what the devices measure.

    It asks the gateway over its socket, as the technician's page does.

    \b
    gateway state site.yaml
    gateway state site.yaml --values --follow
    gateway state site.yaml --json
    """
    with asking(read_edge(site), site) as local:
        if follow:
            _follow(local, "values" if values else "state", as_json=as_json)
        elif values:
            _print(local.get("/api/values", list[LiveReading]), as_json=as_json)
        else:
            _print(local.get("/api/state", LocalState), as_json=as_json)


def _follow(local: LocalGateway, wanted: str, *, as_json: bool) -> None:
    for kind, data in local.events("/api/events"):
        if kind == wanted:
            what: Any = list[LiveReading] if kind == "values" else LocalState
            _print(msgspec.convert(data, what), as_json=as_json)


def _print(found: LocalState | list[LiveReading], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for line in _values(found) if isinstance(found, list) else _state(found):
        click.echo(line)


def _state(state: LocalState) -> list[str]:
    uplink = state.uplink
    connection = in_language("connected", "connesso") if uplink.connected else in_language("NOT CONNECTED", "NON CONNESSO")
    waiting = "?" if uplink.waiting is None else str(uplink.waiting)
    lines = [
        in_language(
            f"gateway {state.identity.gateway}, version {state.identity.version}, on {state.identity.host}, up {state.up_s} s",
            f"gateway {state.identity.gateway}, versione {state.identity.version}, su {state.identity.host}, attivo da {state.up_s} s",
        ),
        f"uplink: {connection} ({uplink.broker}), " + in_language(f"{waiting} batches wait", f"{waiting} lotti in attesa"),
        in_language(f"clock: {state.clock}", f"orologio: {state.clock}"),
    ]
    if uplink.cloned_by is not None:
        lines.append(
            in_language(
                f"ANOTHER GATEWAY RUNS UNDER THIS NAME, on {uplink.cloned_by}", f"UN ALTRO GATEWAY USA QUESTO NOME, su {uplink.cloned_by}"
            )
        )
    rows = [
        (line.id, line.port, device.id, device.model, device.state, "-" if device.last_ms is None else clock_time(device.last_ms))
        for line in state.lines
        for device in line.devices
    ]
    head = in_language("line port device model state last", "linea porta dispositivo modello stato ultima").split()
    return [*lines, *(columns([tuple(head), *rows]) if rows else [in_language("no devices yet", "ancora nessun dispositivo")])]


def _values(readings: list[LiveReading]) -> list[str]:
    rows = [
        (clock_time(reading.t_ms), reading.device, value.field, "-" if value.value is None else str(value.value),
         "" if value.unit in (None, _ONE) else str(value.unit), value.quality)
        for reading in readings
        for value in reading.values
    ]  # fmt: skip
    return columns(rows, right=(3,)) if rows else [in_language("no values yet", "ancora nessun valore")]
