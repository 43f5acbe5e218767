"""`firmware repo list`."""

import sys
import tempfile
from pathlib import Path

import click
import msgspec

from firmware_tools.cli.repo.common import ROOT, WHERE, days_left, expiry_warning, now_ms, sentences
from gateway.cli.common import columns, in_language, when
from gateway.cli.options import JSON


@click.command()
@WHERE
@ROOT
@JSON
def command(where: str, root: Path | None, *, as_json: bool) -> None:
    r"""List the images of the repository WHERE (folder or address), and for how many days its signatures are good.

    The exit code is 1 if something expires soon.

    \b
    firmware repo list street-firmware
    firmware repo list https://firmware.example/street --root root.json --json
    """
    from firmware_tools.repository.reading import read_verified

    with sentences(), tempfile.TemporaryDirectory() as state:
        repository = read_verified(where, root, Path(state), now_ms)
        firmware, gateways, roles = repository.firmware(), repository.gateways(), repository.roles()
    warnings = [warning for role in roles if (warning := expiry_warning(role.role, role.expires_ms)) is not None]
    if as_json:
        said = {
            "firmware": [
                {"name": one.path, "size_bytes": one.size_bytes, "sha256": one.sha256} | msgspec.to_builtins(one.release)
                for one in firmware.values()
            ],
            "gateways": [
                {"name": one.path, "size_bytes": one.size_bytes, "sha256": one.sha256} | msgspec.to_builtins(one.release)
                for one in gateways.values()
            ],
            "roles": [one._asdict() | {"days_left": days_left(one.expires_ms)} for one in roles],
            "warnings": warnings,
        }
        click.echo(msgspec.json.format(msgspec.json.encode(said)))
    else:
        rows = [("model", "version", "hardware", "from", "settings", "bytes", "image")]
        rows += [
            (
                f"{one.release.vendor} {one.release.model}", one.release.version, ", ".join(one.release.hardware) or "-",
                one.release.least_version or "-", one.release.settings, str(one.size_bytes), one.path,
            )
            for one in firmware.values()
        ]  # fmt: skip
        rows += [
            (
                "gateway",
                one.release.version,
                f"{one.release.machine} Python {one.release.python}",
                one.release.least_version or "-",
                "kept",
                str(one.size_bytes),
                one.path,
            )
            for one in gateways.values()
        ]
        click.echo("\n".join(columns(rows, right={5})))
        click.echo()
        states = [("role", "version", "signatures", "until", in_language("days left", "giorni"))]
        states += [
            (one.role, str(one.version), f"{one.threshold} of {one.keys}", when(one.expires_ms)[:10], str(days_left(one.expires_ms)))
            for one in roles
        ]
        click.echo("\n".join(columns(states, right={1, 4})))
        for warning in warnings:
            click.echo(warning, err=True)
    sys.exit(1 if warnings else 0)
