"""`gateway provision register list`: the imported assets."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, fail, read_edge
from gateway.cli.options import JSON, SITE
from gateway.provision.commission.asset_register import RegisteredAsset, search
from gateway.provision.commission.register_file import RegisterFileError, load_register

_MOST = 10_000


@click.command(name="list")
@SITE
@click.option("--find", default="", metavar="TEXT", help="Only assets whose name contains this.")
@JSON
def command(site: Path, find: str, *, as_json: bool) -> None:
    r"""List the assets that were imported for the gateway of SITE.

    \b
    gateway provision register list site.yaml
    gateway provision register list site.yaml --find "via roma"
    """
    try:
        assets = search(load_register(read_edge(site).state), find, _MOST)
    except RegisterFileError as error:
        fail(str(error))
    if as_json:
        click.echo(msgspec.json.encode(assets))
    elif assets:
        for line in columns([_row(one) for one in assets]):
            click.echo(line)


def _row(asset: RegisteredAsset) -> tuple[str, str, str]:
    place = "" if asset.lat is None else f"{asset.lat:.5f}, {asset.lon:.5f}"
    return asset.id, place, asset.name or ""
