"""`gateway alarms log`: what happened to alarms."""

from pathlib import Path

import click
import msgspec

from gateway.alarms.catalogue import KINDS
from gateway.cli.alarms.common import opened, text_of, title_of
from gateway.cli.common import columns, when
from gateway.cli.options import JSON, SITE


@click.command()
@SITE
@click.option("--last", type=click.IntRange(1), default=50, show_default=True, help="How many of the newest to list.")
@JSON
def command(site: Path, last: int, *, as_json: bool) -> None:
    r"""List what happened to alarms: when each was raised, acknowledged, shelved, cleared, and by whom.

    \b
    gateway alarms log centre.yaml
    gateway alarms log centre.yaml --last 1000 --json
    """
    with opened(site) as file:
        found = [one for one in file.log(last) if one.key.kind in KINDS]
    if as_json:
        listed = [
            {
                "at_ms": one.at_ms,
                **one.key._asdict(),
                "change": one.change,
                "by": one.by,
                "detail": one.detail.en,
                "detail_it": one.detail.it,
            }
            for one in found
        ]
        click.echo(msgspec.json.encode(listed))
        return
    rows = [("when", "what", "by", "operator", "asset", "alarm", "detail")]
    rows += [(when(one.at_ms), one.change, one.by or "", *one.key[:2], title_of(one.key), text_of(one.detail)[:60]) for one in found]
    for line in columns(rows):
        click.echo(line)
