"""`gateway run`: run an edge gateway."""

from pathlib import Path

import click

from gateway.cli.common import fail, read_edge, run_until_signalled
from gateway.cli.options import SITE, VERBOSE


@click.command()
@SITE
@VERBOSE
def command(site: Path, *, verbose: bool) -> None:
    r"""Run the edge gateway that SITE describes, until it receives SIGTERM or SIGINT.

    \b
    gateway run /etc/street-gateway/site.yaml
    """
    from gateway.backup.retirement import Retired, check_not_retired
    from gateway.edge.gateway import STOP_S, run_gateway

    edge = read_edge(site)
    try:
        check_not_retired(edge.state)
    except Retired as error:
        fail(str(error))
    run_until_signalled(lambda stop: run_gateway(edge, stop), verbose=verbose, within_s=STOP_S)
