"""`gateway log`: the last records of a running gateway's log."""

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import click
import msgspec

from gateway.cli.common import read_edge
from gateway.cli.local import asking, clock_time
from gateway.cli.options import JSON, SITE
from gateway.web.technician.upkeep_routes import LoggedRecord, LogLevel

_COLOURS = {"warning": "yellow", "error": "red", "critical": "red"}
_RANK = {"info": 0, "warning": 1, "error": 2, "critical": 2}


@click.command()
@SITE
@click.option("--level", type=click.Choice(get_args(LogLevel)), default="info", show_default=True, help="This level, and higher ones.")
@click.option("--follow", is_flag=True, help="Go on with new records, until Ctrl-C.")
@JSON
def command(site: Path, level: LogLevel, *, follow: bool, as_json: bool) -> None:
    r"""Show the last 2000 records of the log of SITE's running gateway, without systemd's journal.

    \b
    gateway log site.yaml --level warning
    gateway log site.yaml --follow
    """
    with asking(read_edge(site), site) as local:
        if not follow:
            _print(local.get(f"/api/log?level={level}", list[LoggedRecord]), level, as_json=as_json)
            return
        for kind, data in local.events("/api/log/events"):
            if kind == "records":
                _print(msgspec.convert(data, list[LoggedRecord]), level, as_json=as_json)


def _print(records: Iterable[LoggedRecord], level: LogLevel, *, as_json: bool) -> None:
    for one in records:
        if _RANK.get(one.level, 0) < _RANK[level]:
            continue
        if as_json:
            click.echo(msgspec.json.encode(one))
        else:
            mark = "" if one.level == "info" else f"{one.level}: "
            click.secho(f"{clock_time(one.t_ms)} {mark}{one.message}", fg=_COLOURS.get(one.level))
