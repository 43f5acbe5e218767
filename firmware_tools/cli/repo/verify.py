"""`firmware repo verify`."""

import sys
import tempfile
from pathlib import Path

import click
import msgspec

from firmware_tools.cli.repo.common import ROOT, WHERE, days_left, expiry_warning, now_ms
from gateway.cli.common import in_language
from gateway.cli.options import JSON


@click.command()
@WHERE
@ROOT
@JSON
def command(where: str, root: Path | None, *, as_json: bool) -> None:
    r"""Read the repository WHERE (folder or address) as a gateway does that has never seen it, and check every image.

    The exit code is 1 if it is refused, or if something expires soon.

    \b
    firmware repo verify street-firmware
    firmware repo verify https://firmware.example/street --root street-firmware/published/metadata/1.root.json
    """
    from firmware_tools.repository.errors import RepositoryError, RepositoryRefused
    from firmware_tools.repository.reading import read_verified

    refused, code, count, roles = None, None, 0, []
    try:
        with tempfile.TemporaryDirectory() as state:
            repository = read_verified(where, root, Path(state), now_ms, images=True)
            count, roles = len(repository.firmware()) + len(repository.gateways()), repository.roles()
    except RepositoryError as error:
        refused, code = in_language(error.english, error.italian), error.code if isinstance(error, RepositoryRefused) else "unreachable"
    warnings = [warning for role in roles if (warning := expiry_warning(role.role, role.expires_ms)) is not None]
    if as_json:
        left = {one.role: days_left(one.expires_ms) for one in roles}
        click.echo(
            msgspec.json.encode(
                {"ok": refused is None, "code": code, "why": refused, "images": count, "days_left": left, "warnings": warnings}
            )
        )
    elif refused is not None:
        click.echo(in_language(f"refused: {refused}", f"rifiutato: {refused}"), err=True)
    else:
        days = ", ".join(f"{one.role} {days_left(one.expires_ms)}" for one in roles)
        click.echo(in_language(f"good: {count} images; days left: {days}", f"valido: {count} immagini; giorni rimanenti: {days}"))
        for warning in warnings:
            click.echo(warning, err=True)
    sys.exit(1 if refused is not None or warnings else 0)
