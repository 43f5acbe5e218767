"""`gateway update check`."""

import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.common import in_language, read_edge, when
from gateway.cli.options import JSON, ROOT, SITE
from gateway.cli.update.common import FROM, TRUST_CLOCK, layout_below, sentences, socket_of


@click.command()
@SITE
@FROM
@TRUST_CLOCK
@ROOT
@JSON
def command(site: Path, where: str | None, root: Path, *, trust_clock: bool, as_json: bool) -> None:
    r"""Say whether the repository has a newer release for this machine, and what became of the last update.

    The exit code is 0 also if there is nothing newer.

    \b
    sudo gateway update check /etc/street-gateway/site.yaml
    sudo gateway update check /etc/street-gateway/site.yaml --from /media/stick/firmware
    """
    from gateway.update.trial import read_trial
    from gateway.update.updating import find_release

    edge, layout = read_edge(site), layout_below(root)
    with sentences():
        last = read_trial(layout.state)
        found = find_release(edge, layout, socket_of(edge), where=where, version=None, trust_clock=trust_clock)
    newer = None if found.target is None else found.target.release
    if as_json:
        said = {"version": found.present.version, "newer": newer, "last": last}
        click.echo(msgspec.json.encode(said))
        sys.exit(0)
    if newer is None:
        click.echo(in_language(f"version {found.present.version} is the newest", f"la versione {found.present.version} è la più recente"))
    else:
        note = in_language(newer.note.en, newer.note.it)
        click.echo(
            in_language(
                f"version {newer.version} is there; {found.present.version} runs",
                f"c'è la versione {newer.version}; è in esecuzione la {found.present.version}",
            )
        )
        if note:
            click.echo(note)
    if last is not None:
        why = f": {last.why[in_language('en', 'it')]}" if last.phase == "undone" and last.why else ""
        click.echo(
            in_language(
                f"the last update, to {last.version} on {when(last.began_ms)}: {last.phase}{why}",
                f"l'ultimo aggiornamento, alla {last.version} il {when(last.began_ms)}: {last.phase}{why}",
            )
        )
