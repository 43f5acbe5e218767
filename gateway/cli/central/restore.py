"""`gateway central restore`: a centre continues on a new machine."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.common import fail, in_language, when
from gateway.cli.options import DRY_RUN, PASSPHRASE, ROOT, PastTime, passphrase_of

if TYPE_CHECKING:
    from gateway.backup.centre_contents import CentreBackupContents


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--since",
    "since_ms",
    type=PastTime(),
    help="Have gateways send again from this time on (6h, 2026-11-26T18:00), not from the backup on.",
)
@PASSPHRASE
@ROOT
@DRY_RUN
def command(file: Path, passphrase_file: Path | None, root: Path, since_ms: int | None, *, dry_run: bool) -> None:
    r"""Restore the backup FILE of a centre on this machine.

    Checks everything before it changes anything, and refuses a machine that has the centre's databases. Files are restored to where they
    were, with their owners; others in their place are kept, as *.before. It starts nothing.

    What came after the backup is requested from every gateway as soon as the centre hears it. Their journals reach back a day by default.
    If the store was restored from an older backup of its own, name that time with --since.

    \b
    sudo gateway central restore centre.backup --dry-run
    sudo gateway central restore centre.backup
    """
    from gateway.backup.centre_restoring import look_into_centre, restore_centre_backup
    from gateway.backup.sealed_file import BackupError
    from gateway.host import clock
    from gateway.trust.openssl import OpensslError

    passphrase = passphrase_of(passphrase_file)
    try:
        if dry_run:
            _print_contents(look_into_centre(file, passphrase, root))
            return
        restored = restore_centre_backup(file, passphrase, root, clock.now_ms(), since_ms)
    except BackupError as error:
        fail(in_language(error.english, error.italian))
    except (OSError, OpensslError) as error:
        fail(f"not restored: {error}; repeat it")
    _print_contents(restored.contents)
    for path, before in restored.kept.items():
        click.echo(f"{path}: the file that was there is now {before.name}")
    click.echo(f"every gateway will be asked for its readings from {when(restored.owed.from_ms)} to {when(restored.owed.to_ms)} again")
    click.echo(f"next: make sure that the centre on {restored.contents.host} is off, then: gateway check {restored.contents.site_file}")


def _print_contents(contents: "CentreBackupContents") -> None:
    click.echo(f"the centre of {contents.site}, on {contents.host}, {when(contents.made_ms)}:")
    for one in contents.files:
        click.echo(one.path)
