"""`gateway run`: run an edge gateway."""

from pathlib import Path

import click

from gateway.cli.common import fail, read_edge, run_until_signalled
from gateway.cli.options import SITE, VERBOSE
from gateway.config.site_file import EdgeSite


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

    edge = _recovered(site)
    try:
        check_not_retired(edge.state)
    except Retired as error:
        fail(str(error))
    run_until_signalled(lambda stop: run_gateway(edge, stop), verbose=verbose, within_s=STOP_S)


def _recovered(site: Path) -> EdgeSite:
    """Return the gateway of a site file, which is put back first if a trial of it has ended meanwhile."""
    from gateway.staging.configuration import Configuration
    from gateway.staging.store import LedgerDamaged

    edge = read_edge(site)
    configuration = Configuration(site, edge.state)
    try:
        return read_edge(site) if configuration.store.exists and configuration.recover() else edge
    except (LedgerDamaged, OSError) as error:
        click.echo(f"gateway: the trial of a configuration can't be looked into: {error}", err=True)
        return edge
