"""`firmware repo add`."""

import re
from pathlib import Path

import click

from firmware_tools.cli.repo.common import FOLDER, now, sentences
from gateway.cli.common import fail, in_language


@click.command()
@FOLDER
@click.argument("image", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--vendor", required=True, help="Who makes the device: Wiren Board.")
@click.option("--model", required=True, help="The model as the device identifies itself ('gateway scan' shows it): WBMR6C.")
@click.option("--version", required=True, help="The version as the device says it after the update: 1.26.0.")
@click.option("--driver", required=True, help="The driver that transfers the image, as in the device's profile: wirenboard.")
@click.option(
    "--hardware", multiple=True, help="A hardware revision that the image is for; several times for several. By default, for all."
)
@click.option("--least-version", help="The oldest version from which a device can be updated to this one.")
@click.option(
    "--settings", type=click.Choice(["kept", "lost"]), default="kept", show_default=True, help="Whether the device keeps its settings."
)
@click.option("--note", default="", help="What has changed, in English.")
@click.option("--note-it", default="", help="What has changed, in Italian.")
def command(
    folder: Path,
    image: Path,
    vendor: str,
    model: str,
    version: str,
    driver: str,
    hardware: tuple[str, ...],
    least_version: str | None,
    settings: str,
    note: str,
    note_it: str,
) -> None:
    r"""Add IMAGE, the file of a firmware, to the repository in FOLDER. It is published when it is signed.

    \b
    firmware repo add street-firmware mr6c_1.26.0.wbfw --vendor "Wiren Board" --model WBMR6C --version 1.26.0 --driver wirenboard \
        --least-version 1.20.0 --note "K1 no longer clicks at power-on" --note-it "K1 non scatta più all'accensione"
    """
    import msgspec

    from firmware_tools.image.release import FirmwareRelease
    from firmware_tools.repository.changes import add
    from firmware_tools.repository.workbench import Workbench

    given = {
        "kind": "firmware", "vendor": vendor, "model": model, "version": version, "driver": driver, "hardware": hardware,
        "least_version": least_version, "settings": settings, "note": {"en": note, "it": note_it},
    }  # fmt: skip
    try:
        release = msgspec.convert(given, FirmwareRelease, strict=False)
    except msgspec.ValidationError as error:
        fail(f"{error}: use letters, digits, spaces and . _ + / -, at most 64 of them")
    name = "/".join([*(_level(part) for part in (vendor, model, version)), _level(image.name)])
    with sentences():
        target = add(Workbench(folder), image, name, release, now())
    click.echo(f"{name}: {target.length} bytes, SHA-256 {target.hashes['sha256']}")
    click.echo(
        in_language(
            f"staged; now sign it: firmware repo sign {folder} --keys …", f"preparato; ora firmalo: firmware repo sign {folder} --keys …"
        )
    )


def _level(text: str) -> str:
    """Return a text as a part of a path."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip(".-") or "-"
