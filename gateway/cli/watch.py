"""`gateway watch`: how the devices of a running gateway respond, live."""

import http.client
import sys
import time
from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, fail, read_site
from gateway.cli.options import JSON, SITE
from gateway.edge.telemetry.lines_report import DeviceReport, LinesReport
from gateway.fieldbus.line.counters import RequestCounts, declared

_COLUMNS = {name: texts.column for name, texts in declared(RequestCounts) if texts.column is not None}
_HEAD = ("line", "device", "state", *_COLUMNS.values(), "p50 ms", "p95 ms", "line %")
_COLOURS = {"answers": None, "off": "bright_black", "not yet heard": "yellow", "silent": "red"}


@click.command()
@SITE
@click.option("--every", "every_s", type=click.FloatRange(0.2, 3600), default=1.0, show_default=True, help="Seconds between two updates.")
@click.option("--once", is_flag=True, help="Print one update and exit.")
@JSON
def command(site: Path, every_s: float, *, once: bool, as_json: bool) -> None:
    r"""Show how every device of the running gateway of SITE responds, and its share of the line; stop with Ctrl-C.

    Counters start with the gateway; round trips are those of the last responses. The state is read from the address in
    'listen' and does not disturb the lines.

    \b
    gateway watch site.yaml
    gateway watch site.yaml --once --json
    """
    listen = read_site(site).site.listen
    live = sys.stdout.isatty() and not once and not as_json
    try:
        while True:
            found = _ask(listen)
            if as_json:
                click.echo(msgspec.json.encode(found))
            else:
                if live:
                    click.clear()
                _print(found)
            if once:
                break
            time.sleep(every_s)
    except KeyboardInterrupt:
        click.echo()


def _ask(listen: str) -> LinesReport:
    host, _, port = listen.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=5)
    try:
        connection.request("GET", "/lines")
        return msgspec.json.decode(connection.getresponse().read(), type=LinesReport)
    except (OSError, http.client.HTTPException, msgspec.MsgspecError) as error:
        fail(f"no gateway responds at {listen} ({error}); start 'gateway run' with this site file first")
    finally:
        connection.close()


def _print(found: LinesReport) -> None:
    devices = [(line.id, device) for line in found.lines for device in line.devices]
    rows = [_HEAD, *(_row(line, device) for line, device in devices)]
    lines = columns(rows, right=range(3, len(_HEAD)))
    click.secho(lines[0], bold=True)
    for text, (_, device) in zip(lines[1:], devices, strict=True):
        click.secho(text, fg=_COLOURS.get(device.state))
        if device.uncovered:
            click.secho(f"  refuses: {', '.join(device.uncovered)}", fg="yellow")
    for line in found.lines:
        busy = sum(device.share for device in line.devices)
        click.echo(f"line {line.id}: {busy:.0f} % busy, {line.missed} ticks missed" + (", its port is gone" if line.broken else ""))


def _row(line: str, device: DeviceReport) -> tuple[str, ...]:
    counts = (getattr(device, name) for name in _COLUMNS)
    trips = ("-" if trip is None else f"{trip:.1f}" for trip in (device.round_trip_p50_ms, device.round_trip_p95_ms))
    return (line, device.id, device.state, *map(str, counts), *trips, f"{device.share:.1f}")
