"""`gateway backup`: everything that a new machine needs to continue as this gateway."""

import sqlite3
from pathlib import Path

import click

from gateway.cli.common import fail, in_language, read_edge
from gateway.cli.options import PASSPHRASE, SITE, passphrase_of


@click.command()
@SITE
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--retire", is_flag=True, help="The gateway moves: it must be stopped, and does not start here again.")
@PASSPHRASE
def command(site: Path, file: Path, passphrase_file: Path | None, *, retire: bool) -> None:
    r"""Write a backup of the gateway of SITE to FILE: its site file, identity, passwords, what it has learned, and its journal.

    The gateway may be running. FILE is encrypted with a passphrase, which is asked for: without it, nobody can use the backup.
    'gateway restore' puts it in place on a new machine.

    \b
    sudo gateway backup /etc/street-gateway/site.yaml /media/usb/gw-0042.backup
    sudo gateway backup /etc/street-gateway/site.yaml gw-0042.backup --retire
    """
    from gateway.backup.making import make_backup
    from gateway.backup.retirement import retire as mark_retired
    from gateway.host import clock
    from gateway.journal.lock import JournalLock
    from gateway.trust.openssl import OpensslError

    edge = read_edge(site)
    passphrase = passphrase_of(passphrase_file, new=True)
    try:
        lock = JournalLock(Path(edge.journal.path)) if retire else None
        try:
            contents = make_backup(site, edge, file, passphrase, clock.now_ms())
            if retire:
                mark_retired(edge.state, clock.now_ms())
        finally:
            if lock is not None:
                lock.release()
    except (OSError, sqlite3.Error, OpensslError) as error:
        fail(in_language(f"no backup was made: {error}", f"nessun backup: {error}"))
    for one in contents.files:
        click.echo(one.path)
    size = file.stat().st_size / 1024
    click.echo(in_language(f"written: {file} ({size:.0f} KiB)", f"scritto: {file} ({size:.0f} KiB)"))
    if retire:
        click.echo(in_language("the gateway does not start on this machine any more", "su questa macchina il gateway non si avvia più"))
    else:
        click.echo(
            in_language(
                "restore it only when this gateway is off for good: two that run send nothing",
                "ripristinalo solo quando questo gateway è spento per sempre: se sono accesi in due, nessuno trasmette",
            )
        )
