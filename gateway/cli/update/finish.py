"""`gateway update finish`."""

import sys
from pathlib import Path

import click

from gateway.cli.common import in_language, read_edge
from gateway.cli.options import ROOT, SITE
from gateway.cli.update.common import HOLD, layout_below, say, sentences, socket_of


@click.command()
@SITE
@HOLD
@ROOT
def command(site: Path, root: Path, hold_s: float) -> None:
    r"""Finish the update that is under way: prove the new version, or go back. Other commands call it in the program that is proved.

    The exit code is 1 if the gateway went back to the old version.

    \b
    sudo gateway update finish /etc/street-gateway/site.yaml
    """
    from gateway.update.finishing import TrialTimes, finish

    edge, layout = read_edge(site), layout_below(root)
    with sentences():
        trial = finish(layout, socket_of(edge), TrialTimes(hold_s=hold_s), say)
    if trial is None:
        say("no update was made", "nessun aggiornamento")
        return
    if trial.phase == "undone":
        click.echo(in_language(f"version {trial.old_version} runs", f"è in esecuzione la versione {trial.old_version}"))
        sys.exit(1)
    click.echo(in_language(f"version {trial.version} runs", f"è in esecuzione la versione {trial.version}"))
