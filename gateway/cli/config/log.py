"""`gateway config log`: the changes of a configuration."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, in_language, when
from gateway.cli.config.common import Target, failing
from gateway.cli.local import find
from gateway.cli.options import JSON, SITE
from gateway.edge.configuration.live import change_view
from gateway.web.technician.config_routes import ChangeView


@click.command()
@SITE
@JSON
def command(site: Path, *, as_json: bool) -> None:
    r"""List the changes of SITE's configuration, the newest last: when, by whom (a role), why, what became of it, and the hashes.

    \b
    gateway config log site.yaml
    gateway config log site.yaml --json
    """
    target = Target(site)
    local = find(target.edge)
    with failing():
        if local is not None:
            found = local.get("/api/config/log", list[ChangeView])
        else:
            found = [change_view(entry) for entry in target.configuration.ledger.entries]
    if as_json:
        click.echo(msgspec.json.encode(found))
    elif not found:
        click.echo(in_language("no changes", "nessuna modifica"))
    else:
        head = ("number", "at", "by", "outcome", "old", "new", "why")
        for line in columns([head, *map(_row, found)], right=(0,)):
            click.echo(line)


def _row(one: ChangeView) -> tuple[str, ...]:
    why = "; ".join(part for part in (one.why, one.reason) if part)
    return str(one.number), when(one.at_ms), one.by, one.outcome, one.old[:8], one.new[:8], why or "-"
