"""`firmware repo init`."""

from pathlib import Path

import click

from firmware_tools.cli.repo.common import FOLDER, KEYS, now, sentences
from gateway.cli.common import in_language
from gateway.cli.options import PASSPHRASE, passphrase_of

_COUNT = click.IntRange(1, 9)


@click.command()
@FOLDER
@KEYS
@click.option(
    "--root-keys", type=_COUNT, default=1, show_default=True, help="How many keys root has, for example one of each of two people."
)
@click.option("--root-threshold", type=_COUNT, default=1, show_default=True, help="How many of them must sign.")
@click.option("--targets-keys", type=_COUNT, default=1, show_default=True, help="How many keys targets has.")
@click.option("--targets-threshold", type=_COUNT, default=1, show_default=True, help="How many of them must sign.")
@PASSPHRASE
@click.option("--no-passphrase", is_flag=True, help="Do not encrypt the offline keys: the stick alone is enough to sign.")
def command(
    folder: Path,
    keys: Path,
    root_keys: int,
    root_threshold: int,
    targets_keys: int,
    targets_threshold: int,
    passphrase_file: Path | None,
    *,
    no_passphrase: bool,
) -> None:
    r"""Make a repository in FOLDER, with its keys (Ed25519).

    The keys of root and targets are written to --keys, encrypted with a passphrase which is asked for. Keep them away from machines in a
    network, and keep a copy of root's: without it, no lost or stolen key can be replaced. Then sign and publish.

    \b
    firmware repo init street-firmware --keys /media/stick/keys
    firmware repo init street-firmware --keys /media/stick/keys --root-keys 3 --root-threshold 2
    """
    from firmware_tools.repository.keys import make_key
    from firmware_tools.repository.workbench import RoleKeys, RoleLifetimes, make_workbench

    for role, count, threshold in (("root", root_keys, root_threshold), ("targets", targets_keys, targets_threshold)):
        if threshold > count:
            raise click.UsageError(f"--{role}-threshold {threshold} can't be reached with --{role}-keys {count}")
    passphrase = None if no_passphrase else passphrase_of(passphrase_file, new=True)
    with sentences():
        offline = {
            role: RoleKeys([make_key(keys / f"{role}-{number}.pem", passphrase) for number in range(1, count + 1)], threshold)
            for role, count, threshold in (("root", root_keys, root_threshold), ("targets", targets_keys, targets_threshold))
        }
        bench = make_workbench(folder, offline, RoleLifetimes(), now())
    for file in [*sorted(keys.glob("*.pem")), *sorted((bench.folder / "keys").glob("*.pem"))]:
        click.echo(file)
    click.echo(
        in_language(
            f"made: {folder}; now sign it: firmware repo sign {folder} --keys {keys}",
            f"creato: {folder}; ora firmalo: firmware repo sign {folder} --keys {keys}",
        )
    )
