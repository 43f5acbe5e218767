"""`gateway dashboards render`: writes the files with which Grafana provisions itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from gateway.cli.common import fail
from gateway.cli.dashboards.common import grafana_site
from gateway.cli.options import JSON

if TYPE_CHECKING:
    from dashboards.documents import BoardLanguage


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--site", type=click.Path(path_type=Path, dir_okay=False), help="Site file of the centre: also write its data source and contacts."
)
@click.option(
    "--language", type=click.Choice(["en", "it"]), help="Language of dashboards and alert rules; by default, the site's, or English."
)
@JSON
def command(folder: Path, site: Path | None, language: "BoardLanguage | None", *, as_json: bool) -> None:
    r"""Write the files with which Grafana provisions itself at its start into FOLDER: dashboards, alert rules, a site's data source.

    This is the other way than 'gateway dashboards push': nobody can change in Grafana what a file provisions. The files contain no secrets,
    but name the files that do; Grafana's user must be able to read those.

    \b
    gateway dashboards render provisioned/ --site centre.yaml
    gateway dashboards render provisioned/ --language it
    """
    from dashboards.publish.provisioning import files, site_files
    from gateway.host.files import write_whole

    described = None if site is None else grafana_site(site)
    found = files(language or (described.grafana.language if described is not None else "en"))
    if described is not None:
        found |= site_files(described.grafana, described.influx, described.works, described.time_zone)
    try:
        for name, content in found.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content.encode(), mode=0o644)
    except OSError as error:
        fail(f"{folder} can't be written: {error.strerror or error}")
    if as_json:
        click.echo(msgspec.json.encode(list(found)))
    else:
        for name in found:
            click.echo(f"written: {folder / name}")
