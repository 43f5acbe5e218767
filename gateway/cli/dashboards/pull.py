"""`gateway dashboards pull`: writes what Grafana has into files."""

import json
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail
from gateway.cli.dashboards.common import connected, grafana_site
from gateway.cli.options import JSON, SITE


@click.command()
@SITE
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@JSON
def command(site: Path, folder: Path, *, as_json: bool) -> None:
    r"""Write the dashboards and alert rules of SITE's folder in Grafana to files in FOLDER, as they are there now.

    So a change that was made by hand can be compared, kept, and brought into the code. Dashboards that others made in the folder are
    included. Secrets are not.

    \b
    gateway dashboards pull centre.yaml pulled/
    """
    from dashboards.publish.pull import pulled
    from gateway.host.files import write_whole

    described = grafana_site(site)
    with connected(described.grafana) as api:
        files = pulled(api)
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode(), mode=0o644)
    except OSError as error:
        fail(f"{folder} can't be written: {error.strerror or error}")
    if as_json:
        click.echo(msgspec.json.encode(list(files)))
    else:
        for name in files:
            click.echo(f"written: {folder / name}")
