"""`firmware repo rotate`."""

from pathlib import Path

import click

from firmware_tools.cli.repo.common import FOLDER, now, sentences
from gateway.cli.common import in_language
from gateway.cli.options import PASSPHRASE, passphrase_of


@click.command()
@FOLDER
@click.argument("role", type=click.Choice(["root", "targets", "snapshot", "timestamp"]))
@click.option("--key", "old", help="Beginning of the id of the key to replace, if the role has several ('firmware repo list' shows them).")
@click.option("--keys", type=click.Path(path_type=Path, file_okay=False), help="Folder to which the new key of root or targets is written.")
@click.option(
    "--public", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="The new public key (PEM), if it was made elsewhere."
)
@PASSPHRASE
@click.option("--no-passphrase", is_flag=True, help="Do not encrypt the new key.")
def command(
    folder: Path, role: str, old: str | None, keys: Path | None, public: Path | None, passphrase_file: Path | None, *, no_passphrase: bool
) -> None:
    r"""Replace a key of ROLE by a new one, because it was stolen, lost, or a person has left.

    Root must then be signed, a new key of root by the old and the new one. Once it is published, gateways trust the new key, and nothing
    that the old one signs. They follow also if they were off for years.

    \b
    firmware repo rotate street-firmware timestamp
    firmware repo rotate street-firmware root --key 3f2a --keys /media/stick/keys
    """
    from firmware_tools.repository.changes import rotate
    from firmware_tools.repository.keys import make_key, next_key, read_public
    from firmware_tools.repository.workbench import ONLINE, Workbench

    if role in ONLINE and (keys is not None or public is not None):
        raise click.UsageError(f"the key of {role} is in the folder of the repository, where it signs by itself")
    if role not in ONLINE and (keys is None) == (public is None):
        raise click.UsageError("say where the new key is written to (--keys), or give the public one (--public)")
    with sentences():
        bench = Workbench(folder)
        if public is not None:
            new = read_public(public)
        else:
            online = role in ONLINE
            file = next_key(keys or bench.online_keys, role)
            new = make_key(file, None if online or no_passphrase else passphrase_of(passphrase_file, new=True))
            click.echo(file)
        replaced = rotate(bench, role, old, new, now())
    click.echo(
        in_language(
            f"{role}: {replaced[:8]} becomes {new.keyid[:8]} when root is signed: firmware repo sign {folder} --keys …",
            f"{role}: {replaced[:8]} diventa {new.keyid[:8]} quando root è firmato: firmware repo sign {folder} --keys …",
        )
    )
