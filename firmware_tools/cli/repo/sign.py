"""`firmware repo sign`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from firmware_tools.cli.repo.common import FOLDER, asked_passphrase, sentences
from gateway.cli.common import columns, in_language
from gateway.cli.options import PASSPHRASE

if TYPE_CHECKING:
    from firmware_tools.repository.signing import StagedFiles


@click.command()
@FOLDER
@click.option(
    "--keys", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Folder of the offline keys: those that may, sign."
)
@click.option(
    "--key",
    "files",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="One key; several times for several.",
)
@click.option(
    "--take-out", type=click.Path(path_type=Path, file_okay=False), help="Copy what is to be signed to this folder, for another machine."
)
@click.option("--bring-back", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Add the signatures from this folder.")
@PASSPHRASE
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(
    folder: Path,
    keys: Path | None,
    files: tuple[Path, ...],
    take_out: Path | None,
    bring_back: Path | None,
    passphrase_file: Path | None,
    *,
    yes: bool,
) -> None:
    r"""Sign what was added or changed in the repository in FOLDER, after showing what that is.

    The machine with the keys needs no network and not the repository: take out what is to be signed on a stick, sign there, bring it back.

    \b
    firmware repo sign street-firmware --keys /media/stick/keys
    \b
    firmware repo sign street-firmware --take-out /media/stick/to-sign
    firmware repo sign /media/stick/to-sign --keys /media/safe/keys      # on the other machine
    firmware repo sign street-firmware --bring-back /media/stick/to-sign
    """
    from firmware_tools.repository import signing
    from firmware_tools.repository.keys import read_signer
    from firmware_tools.repository.workbench import Workbench

    if sum(one is not None for one in (keys or files or None, take_out, bring_back)) != 1:
        raise click.UsageError("give the keys (--keys or --key), or --take-out, or --bring-back")
    with sentences():
        if take_out is not None:
            signing.take_out(Workbench(folder), take_out)
            click.echo(in_language(f"to sign: {take_out}", f"da firmare: {take_out}"))
            return
        if bring_back is not None:
            signing.bring_back(Workbench(folder), bring_back)
        else:
            staged = signing.StagedFiles(signing.staged_in(folder))
            _show(staged)
            if not yes:
                click.confirm(in_language("sign this?", "firmare?"), abort=True)
            found = [*files, *(sorted(keys.glob("*.pem")) if keys is not None else [])]
            staged.sign([read_signer(file, asked_passphrase(passphrase_file)) for file in found])
        counts = signing.StagedFiles(signing.staged_in(folder)).counts()
    for one in counts:
        more = in_language("; missing: ", "; mancano: ") + ", ".join(one.missing) if not one.enough else ""
        click.echo(
            in_language(
                f"{one.file}: {one.signed} of {one.threshold} signatures of {one.by}{more}",
                f"{one.file}: {one.signed} firme su {one.threshold} di {one.by}{more}",
            )
        )


def _show(staged: "StagedFiles") -> None:
    """Print what a signature would say."""
    for one in (staged.root, staged.targets):
        if one is not None:
            click.echo(
                in_language(
                    f"{one.signed.type} {one.signed.version}, until {one.signed.expires:%Y-%m-%d}:",
                    f"{one.signed.type} {one.signed.version}, fino al {one.signed.expires:%Y-%m-%d}:",
                )
            )
    if staged.root is not None:
        for role, keys in staged.root.signed.roles.items():
            click.echo(f"  {role}: {keys.threshold}/{len(keys.keyids)} {', '.join(keyid[:8] for keyid in keys.keyids)}")
    if staged.targets is not None and staged.targets.signed.targets:
        rows = [(f"  {name}", str(one.length), one.hashes["sha256"][:16]) for name, one in sorted(staged.targets.signed.targets.items())]
        click.echo("\n".join(columns(rows, right={1})))
