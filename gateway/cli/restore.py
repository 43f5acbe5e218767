"""`gateway restore`: a gateway continues on a new machine."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.common import fail, in_language, when
from gateway.cli.options import DRY_RUN, PASSPHRASE, ROOT, passphrase_of

if TYPE_CHECKING:
    from gateway.backup.contents import BackupContents


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@PASSPHRASE
@ROOT
@DRY_RUN
def command(file: Path, passphrase_file: Path | None, root: Path, *, dry_run: bool) -> None:
    r"""Restore the backup FILE of a gateway on this machine, which continues under its name.

    Checks everything before it changes anything, and refuses a machine that has a journal. Files are restored to where they were, with
    their owners; others in their place are kept, as *.before. It starts nothing. The old gateway must be off for good.

    \b
    sudo gateway restore gw-0042.backup --dry-run
    sudo gateway restore gw-0042.backup
    """
    from gateway.backup.restoring import look_into, restore_backup
    from gateway.backup.sealed_file import BackupError
    from gateway.host import clock
    from gateway.trust.openssl import OpensslError

    passphrase = passphrase_of(passphrase_file)
    try:
        if dry_run:
            _print_contents(look_into(file, passphrase, root))
            return
        restored = restore_backup(file, passphrase, root, clock.now_ms())
    except BackupError as error:
        fail(in_language(error.english, error.italian))
    except (OSError, OpensslError) as error:
        fail(in_language(f"not restored: {error}; repeat it", f"non ripristinato: {error}; ripeti"))
    _print_contents(restored.contents)
    for path, before in restored.kept.items():
        click.echo(in_language(f"{path}: the file that was there is now {before.name}", f"{path}: il file che c'era ora è {before.name}"))
    click.echo(in_language(f"{restored.waiting} readings wait to be sent", f"{restored.waiting} letture da trasmettere"))
    site = restored.contents.site
    click.echo(
        in_language(
            f"next: make sure that the gateway on {restored.contents.host} is off for good, then: gateway check {site}",
            f"poi: assicurati che il gateway su {restored.contents.host} sia spento per sempre, quindi: gateway check {site}",
        )
    )


def _print_contents(contents: "BackupContents") -> None:
    made = when(contents.made_ms)
    click.echo(
        in_language(f"{contents.user}, on {contents.host}, {made}:", f"{contents.user}, su {contents.host}, {made}:"),
    )
    for one in contents.files:
        click.echo(one.path)
