"""`gateway trust first-boot`: a new gateway enrols with what is prepared on its boot partition."""

from pathlib import Path

import click

from gateway.cli.common import fail, in_language
from gateway.cli.trust.common import FOLDER

_USUAL = (Path("/boot/firmware/street-gateway"), Path("/boot/street-gateway"))
"""The folder on the boot partition of Raspberry Pi OS: since Debian 12, and before."""


@click.command()
@click.argument("bundle", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--site",
    "site_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default="/etc/street-gateway/site.yaml",
    show_default=True,
    help="Where the site file is put, if there is none.",
)
@FOLDER
def command(bundle: Path | None, site_file: Path, folder: Path) -> None:
    r"""Enrol this gateway with the files in BUNDLE, by default the folder street-gateway of the boot partition.

    With invitation.json it makes a key, which stays here, and writes request.json; with answer.json it takes the certificate into use, and
    removes all three. A site.yaml is put in place if there is none. status.txt says what happened, and what to do next. The service
    street-first-boot runs this at each boot.

    \b
    sudo gateway trust first-boot
    sudo gateway trust first-boot /media/usb/street-gateway
    """
    from gateway.installation.first_boot import FirstBootError, enrol_from
    from gateway.trust.identity import GatewayIdentity

    given = bundle or next((one for one in _USUAL if one.is_dir()), None)
    if given is None:
        fail(in_language(f"there is no folder {_USUAL[0]}: make it", f"non c'è una cartella {_USUAL[0]}: creala"))
    try:
        said = enrol_from(given, GatewayIdentity(folder), site_file)
    except FirstBootError as error:
        fail(in_language(error.sentence.en, error.sentence.it))
    except OSError as error:
        fail(f"{error.filename or given}: {error.strerror or error}")
    click.echo(in_language(said.en, said.it))
