"""`gateway update run`: what the timer street-update does."""

import time
from pathlib import Path

import click

from gateway.cli.common import read_edge
from gateway.cli.options import ROOT, SITE
from gateway.cli.update.common import HOLD, hand_over, layout_below, say, sentences, socket_of


@click.command()
@SITE
@HOLD
@ROOT
def command(site: Path, root: Path, hold_s: float) -> None:
    r"""Finish an update that was interrupted; else begin one, if the site file allows it now (firmware: update).

    The timer street-update runs this. A release that was tried and left is not tried again.

    \b
    sudo gateway update run /etc/street-gateway/site.yaml
    """
    from gateway.update.finishing import TrialTimes, finish
    from gateway.update.trial import is_unsettled, read_trial
    from gateway.update.updating import begin_trial, find_release, install_beside, may_update_now

    edge, layout = read_edge(site), layout_below(root)
    control = socket_of(edge)
    with sentences():
        last = read_trial(layout.state)
        if (last is not None and last.is_pending) or is_unsettled(layout.state):
            finish(layout, control, TrialTimes(hold_s=hold_s), say)
            return
        local = time.localtime()
        if not may_update_now(edge.firmware.update, 60 * local.tm_hour + local.tm_min):
            return
        found = find_release(edge, layout, control, where=None, version=None, trust_clock=False, connected=False)
        if found.target is None or (last is not None and last.phase == "undone" and last.archive_sha256 == found.target.sha256):
            return
        slot = install_beside(edge, layout, found, say)
        trial = begin_trial(layout, control, slot, found.target.release.version, found.target.sha256)
    hand_over(layout, trial.old, site, root, hold_s)
