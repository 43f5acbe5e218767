"""`gateway hexlog`: what passes on a line, byte by byte."""

from pathlib import Path
from urllib.parse import urlencode

import click
import msgspec

from gateway.cli.common import fail, in_language, read_edge
from gateway.cli.local import asking, clock_time
from gateway.cli.options import JSON, SITE
from gateway.config.problems import suggest
from gateway.fieldbus.wire.wire_log import WireEntry


@click.command()
@SITE
@click.argument("name", metavar="LINE|DEVICE")
@JSON
def command(site: Path, name: str, *, as_json: bool) -> None:
    r"""Show the bytes that pass on a line of SITE's running gateway, or to and from one device, until Ctrl-C.

    It looks at what the gateway sends and receives; the line is polled as before. What is sent is marked with >, what arrives with <.

    \b
    gateway hexlog site.yaml street
    gateway hexlog site.yaml qe-041-meter
    """
    edge = read_edge(site)
    lines, devices = {line.id for line in edge.lines}, {device.id for line in edge.lines for device in line.devices}
    if name not in lines | devices:
        fail(in_language(f"unknown line or device '{name}'; {suggest(name, lines | devices)}", f"linea o dispositivo sconosciuto '{name}'"))
    query = urlencode({"line" if name in lines else "device": name})
    with asking(edge, site) as local:
        for kind, data in local.events(f"/api/hexlog?{query}"):
            if kind == "dropped":
                click.secho(in_language(f"… {data} pieces not shown", f"… {data} frammenti non mostrati"), fg="yellow", err=True)
            for entry in msgspec.convert(data, list[WireEntry]) if kind == "frames" else ():
                click.echo(msgspec.json.encode(entry) if as_json else f"{clock_time(entry.t_ms)} {'>' if entry.sent else '<'} {entry.hex}")
