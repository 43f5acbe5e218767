"""`gateway journal verify`: check a journal for damage."""

import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.journal.common import inspectable, journal_of
from gateway.cli.options import JSON, SITE
from gateway.journal import inspect


@click.command()
@SITE
@JSON
def command(site: Path, *, as_json: bool) -> None:
    r"""Check the journal of SITE: every page, every batch, and every schema to which a batch refers. Exit code 1 if something is wrong.

    \b
    gateway journal verify site.yaml
    """
    with inspectable():
        found = list(inspect.flaws(journal_of(site)))
        if as_json:
            click.echo(msgspec.json.encode({"ok": not found, "flaws": found}))
        else:
            for flaw in found:
                click.secho(flaw, fg="red")
            click.echo("the journal is intact" if not found else f"{len(found)} problems found")
        sys.exit(1 if found else 0)
