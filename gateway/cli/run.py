"""`gateway run`: the edge."""

from pathlib import Path

import click

from gateway.cli.common import SITE, VERBOSE, fail, read_site, run_until_signalled


@click.command()
@SITE
@VERBOSE
def command(site: Path, *, verbose: bool) -> None:
    r"""Run the edge gateway that SITE describes, until it is told to stop.

    \b
    gateway run /etc/street-gateway/site.yaml
    """
    from gateway.edge.gateway import EdgeGateway

    loaded = read_site(site)
    if not loaded.site.lines:
        fail(f"{site} describes no lines; 'gateway central' runs a centre")
    run_until_signalled(lambda stop: EdgeGateway(loaded).run(stop), verbose=verbose)
