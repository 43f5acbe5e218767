"""`gateway central backup`: everything that a new machine needs to continue as this centre."""

import sqlite3
from pathlib import Path

import click

from gateway.cli.common import fail, read_centre
from gateway.cli.options import PASSPHRASE, SITE, passphrase_of


@click.command()
@SITE
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--authority",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the site's authority, to be in the backup with its keys.",
)
@click.option("--no-history", is_flag=True, help="Leave the embedded history out, for example because it is large.")
@PASSPHRASE
def command(site: Path, file: Path, authority: Path | None, passphrase_file: Path | None, *, no_history: bool) -> None:
    r"""Write a backup of the centre of SITE to FILE: site file, passwords, dead letters, alarms, embedded history.

    The centre may be running. FILE is encrypted with a passphrase, which is asked for. InfluxDB, VictoriaMetrics and PostgreSQL have
    backups of their own. 'gateway central restore' puts FILE in place on a new machine.

    \b
    sudo gateway central backup centre.yaml /media/usb/centre.backup --authority /var/lib/street-trust/authority
    gateway central backup centre.yaml centre.backup --no-history --passphrase-file backup.passphrase
    """
    from gateway.backup.centre_making import make_centre_backup
    from gateway.host import clock
    from gateway.trust.openssl import OpensslError

    centre = read_centre(site)
    passphrase = passphrase_of(passphrase_file, new=True)
    try:
        contents = make_centre_backup(site, centre, authority, file, passphrase, clock.now_ms(), history=not no_history)
    except (OSError, sqlite3.Error, OpensslError) as error:
        fail(f"no backup was made: {error}")
    for one in contents.files:
        click.echo(one.path)
    if centre.settings.situation is not None and (postgresql := centre.settings.situation.postgresql) is not None:
        click.echo(f"the situations in PostgreSQL are not in it: back them up with 'pg_dump {postgresql.database}'", err=True)
    click.echo(f"written: {file} ({file.stat().st_size / 1024:.0f} KiB)")
