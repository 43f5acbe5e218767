"""`gateway update rollback`."""

from pathlib import Path

import click

from gateway.cli.common import fail, in_language, read_edge
from gateway.cli.options import ROOT, SITE
from gateway.cli.update.common import HOLD, hand_over, layout_below, sentences, socket_of


@click.command()
@SITE
@click.option("--yes", is_flag=True, help="Do not ask.")
@HOLD
@ROOT
def command(site: Path, root: Path, hold_s: float, *, yes: bool) -> None:
    r"""Go back to the version before the last update; it is still beside the present one, and tried in the same way.

    \b
    sudo gateway update rollback /etc/street-gateway/site.yaml
    """
    from gateway.update.trial import read_trial
    from gateway.update.updating import begin_trial

    edge, layout = read_edge(site), layout_below(root)
    with sentences():
        last = read_trial(layout.state)
        if last is None or last.phase != "proved" or layout.current() != last.new or not layout.slot(last.old).is_dir():
            fail(in_language("there is no version to go back to", "non c'è una versione a cui tornare"))
        if not yes:
            click.confirm(
                in_language(
                    f"go back from {last.version} to {last.old_version}?", f"tornare dalla {last.version} alla {last.old_version}?"
                ),
                abort=True,
            )
        trial = begin_trial(layout, socket_of(edge), last.old, last.old_version, None)
    hand_over(layout, trial.old, site, root, hold_s)
