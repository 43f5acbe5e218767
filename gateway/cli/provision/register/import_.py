"""`gateway provision register import`: the city's assets from a file."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, in_language, read_edge
from gateway.cli.options import JSON
from gateway.provision.commission.asset_register import MOST_BYTES, RegisterError, read_register
from gateway.provision.commission.register_file import RegisterFileError, save_register


class _Result(msgspec.Struct):
    """The JSON output: how many assets were imported and left out, and why the first of these."""

    imported: int
    left_out: int
    reasons: list[str]


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--site", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Site file of the gateway.")
@JSON
def command(file: Path, site: Path, *, as_json: bool) -> None:
    r"""Import the city's assets from FILE, a CSV table or a GeoJSON FeatureCollection, and replace those imported before.

    A CSV file begins with the names of its columns: one of id, code, codice, … for the asset, and if there are any, name or
    indirizzo, lat or latitudine, lon or longitudine. Positions are in degrees (WGS 84).

    \b
    gateway provision register import assets.csv --site site.yaml
    gateway provision register import panels.geojson --site site.yaml
    """
    edge = read_edge(site)
    try:
        with file.open("rb") as opened:
            found = read_register(opened.read(MOST_BYTES + 1))
        if not found.assets:
            fail(f"{file} has no usable assets ({'; '.join(found.reasons[:3]) or 'it is empty'})")
        save_register(edge.state, found.assets)
    except (RegisterError, RegisterFileError) as error:
        fail(f"{file}: {error}")
    except OSError as error:
        fail(f"{file} can't be read: {error.strerror}")
    if as_json:
        click.echo(msgspec.json.encode(_Result(len(found.assets), found.left_out, found.reasons)))
        return
    for reason in found.reasons:
        click.secho(reason, fg="yellow", err=True)
    count, left = len(found.assets), found.left_out
    click.echo(in_language(f"{count} assets imported, {left} left out", f"{count} asset importati, {left} tralasciati"))
