"""`gateway run`: the edge."""

from pathlib import Path

import click

from gateway.cli.common import read_edge, run_until_signalled
from gateway.cli.options import SITE, VERBOSE


@click.command()
@SITE
@VERBOSE
def command(site: Path, *, verbose: bool) -> None:
    r"""Run the edge gateway that SITE describes, until it is told to stop.

    \b
    gateway run /etc/street-gateway/site.yaml
    """
    from gateway.edge.gateway import EdgeGateway

    edge = read_edge(site)
    run_until_signalled(lambda stop: EdgeGateway(edge).run(stop), verbose=verbose)
