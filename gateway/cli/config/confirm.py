"""`gateway config confirm`: keep the configuration that is on trial."""

from pathlib import Path

import click

from gateway.cli.common import in_language
from gateway.cli.config.common import Target, failing, require_folder
from gateway.cli.local import find
from gateway.cli.options import JSON, SITE


@click.command()
@SITE
@JSON
def command(site: Path, *, as_json: bool) -> None:
    r"""Keep the configuration of SITE's gateway that is on trial. Exits with 1 if none is.

    \b
    gateway config confirm site.yaml
    """
    target = Target(site)
    local = find(target.edge)
    with failing():
        if local is not None:
            local.post("/api/config/confirm", {})
        else:
            require_folder(target)
            target.configuration.confirm()
    click.echo('{"confirmed":true}' if as_json else in_language("confirmed", "confermata"))
