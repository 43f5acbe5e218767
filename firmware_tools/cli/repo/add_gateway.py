"""`firmware repo add-gateway`."""

import tempfile
from pathlib import Path

import click

from firmware_tools.cli.repo.common import FOLDER, now, sentences
from gateway.cli.common import fail, in_language


@click.command()
@FOLDER
@click.argument("release", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--python", "python_version", required=True, help="The version of Python that the wheels are for: 3.11.")
@click.option("--machine", default="any", show_default=True, help="The machine that they are for: aarch64, armv7l, x86_64.")
@click.option("--least-version", help="The oldest version from which a gateway can be updated to this one.")
@click.option("--note", default="", help="What has changed, in English.")
@click.option("--note-it", default="", help="What has changed, in Italian.")
def command(folder: Path, release: Path, python_version: str, machine: str, least_version: str | None, note: str, note_it: str) -> None:
    r"""Add a release of the gateway to the repository in FOLDER, for 'gateway update'.

    RELEASE is a folder with requirements.lock and, in wheels/, the wheel of the gateway and all that the lock names, for one kind of
    machine.

    \b
    pip download --only-binary :all: --platform manylinux2014_aarch64 --python-version 3.11 \
        --require-hashes -r release/requirements.lock -d release/wheels
    firmware repo add-gateway street-firmware release --python 3.11 --machine aarch64
    """
    import msgspec

    from firmware_tools.image.release import GatewayRelease
    from firmware_tools.repository.changes import add
    from firmware_tools.repository.workbench import Workbench
    from gateway.update.archive import pack
    from gateway.update.errors import UpdateError

    with sentences(), tempfile.TemporaryDirectory() as made:
        archive = Path(made) / "release.tar"
        try:
            version = pack(release, archive)
        except UpdateError as error:
            fail(in_language(error.english, error.italian))
        given = {
            "kind": "gateway", "version": version, "python": python_version, "machine": machine, "least_version": least_version,
            "note": {"en": note, "it": note_it},
        }  # fmt: skip
        try:
            described = msgspec.convert(given, GatewayRelease)
        except msgspec.ValidationError as error:
            fail(str(error))
        name = f"street-gateway/{version}/street-gateway-{version}-{machine}-py{python_version}.tar"
        target = add(Workbench(folder), archive, name, described, now())
    click.echo(f"{name}: {target.length} bytes, SHA-256 {target.hashes['sha256']}")
    click.echo(
        in_language(
            f"staged; now sign it: firmware repo sign {folder} --keys …", f"preparato; ora firmalo: firmware repo sign {folder} --keys …"
        )
    )
