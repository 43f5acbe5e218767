"""`gateway update apply`."""

from pathlib import Path

import click

from gateway.cli.common import in_language, read_edge
from gateway.cli.options import ROOT, SITE
from gateway.cli.update.common import FROM, HOLD, TRUST_CLOCK, hand_over, layout_below, say, sentences, socket_of


@click.command()
@SITE
@click.option("--version", help="The version to update to; by default, the newest for this machine.")
@FROM
@click.option("--yes", is_flag=True, help="Do not ask.")
@TRUST_CLOCK
@HOLD
@ROOT
def command(site: Path, version: str | None, where: str | None, root: Path, hold_s: float, *, yes: bool, trust_clock: bool) -> None:
    r"""Update the program of the gateway of SITE: install the release beside the present one, restart with it, and go back if it fails.

    While it is installed, the old version goes on; then the gateway restarts once. An update that is interrupted, by a power cut too, is
    finished by street-update.path.

    \b
    sudo gateway update apply /etc/street-gateway/site.yaml
    sudo gateway update apply /etc/street-gateway/site.yaml --version 0.21.0 --yes
    """
    from gateway.update.updating import begin_trial, find_release, install_beside

    edge, layout = read_edge(site), layout_below(root)
    control = socket_of(edge)
    with sentences():
        found = find_release(edge, layout, control, where=where, version=version, trust_clock=trust_clock)
        if found.target is None:
            say(f"version {found.present.version} is the newest", f"la versione {found.present.version} è la più recente")
            return
        newer = found.target.release.version
        if not yes:
            click.confirm(
                in_language(f"update from {found.present.version} to {newer}?", f"aggiornare dalla {found.present.version} alla {newer}?"),
                abort=True,
            )
        slot = install_beside(edge, layout, found, say)
        trial = begin_trial(layout, control, slot, newer, found.target.sha256)
    hand_over(layout, trial.old, site, root, hold_s)
