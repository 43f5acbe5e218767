"""`gateway profiles new`: the skeleton of a new profile."""

import re
from pathlib import Path
from typing import get_args

import click

from gateway.cli.common import fail
from gateway.host.files import write_whole
from gateway.model.canonical import INTERNAL, MEASUREMENTS
from gateway.model.profile import ProfileKind
from gateway.profile_check.skeleton import SkeletonProtocol, skeleton


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--vendor", prompt="Vendor", help="The manufacturer.")
@click.option("--model", prompt="Model, as on the type plate", help="The model, as on the type plate.")
@click.option("--kind", prompt="Kind", type=click.Choice(get_args(ProfileKind)), help="The kind of device.")
@click.option(
    "--speaks",
    prompt="Speaks",
    type=click.Choice(get_args(SkeletonProtocol)),
    default="modbus",
    help="Its protocol: Modbus, lines of text, or binary frames.",
)
def command(file: Path, vendor: str, model: str, kind: str, speaks: SkeletonProtocol) -> None:
    r"""Write the skeleton of a new profile to FILE (my_meter.yaml), prompting for options that are missing.

    The skeleton is a complete profile of a made-up device, with comments. Replace its numbers by those of the data sheet, and check
    it against its examples with 'gateway profiles test FILE'.

    \b
    gateway profiles new my_meter.yaml
    gateway profiles new my_meter.yaml --vendor Acme --model M1 --kind lighting_meter --speaks modbus
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.yaml", file.name):
        fail(f"invalid profile file name '{file.name}'; write lower-case letters, digits and '_', then .yaml, for example my_meter.yaml")
    if file.exists():
        fail(f"{file} already exists; choose another name, or remove it first")
    try:
        write_whole(file, skeleton(speaks, file.stem, vendor, model, kind).encode())
    except OSError as error:
        fail(f"can't write {file}: {error.strerror or error}")
    others = ", ".join(name for name in MEASUREMENTS if name not in INTERNAL)
    click.echo(f"Wrote {file}. Measurements to choose from: {others}.")
    click.echo(f"Next: put in the numbers of the data sheet, then run 'gateway profiles test {file}'.")
