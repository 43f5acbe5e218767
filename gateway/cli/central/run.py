"""`gateway central run`: a process of the centre."""

from collections.abc import Sequence
from pathlib import Path

import click

from gateway.centre.roles import ROLES
from gateway.cli.common import fail, read_centre, run_until_signalled
from gateway.cli.options import SITE, VERBOSE, ListenAddress


@click.command()
@SITE
@click.option(
    "--role", "names", type=click.Choice(list(ROLES)), multiple=True, help="What this process does; may be repeated. Default: all roles."
)
@click.option("--worker", help="This worker's name, if several share the load.")
@click.option("--operator", help="The operator whose city plane is published. Default: all.")
@click.option(
    "--listen", type=ListenAddress(), help="Address of /health and /metrics, if several processes share SITE.  [default: 'listen' of SITE]"
)
@VERBOSE
def command(site: Path, *, names: Sequence[str], worker: str | None, operator: str | None, listen: str | None, verbose: bool) -> None:
    r"""Run the centre that SITE describes, or some of its roles, until told to stop.

    The ingest acknowledges a batch only after the store has it. Several workers share the load if each has its own name. The city plane has
    one publisher, or one for each operator.

    \b
    gateway central centre.yaml
    gateway central --role ingest --worker worker-2 centre.yaml
    gateway central --role city --operator citelum centre.yaml
    gateway central --role alarms --listen 127.0.0.1:9275 centre.yaml
    """
    from msgspec.structs import replace

    from gateway.centre.process import CentreProcess
    from gateway.centre.role import RoleContext
    from gateway.centre.stores.port import StoreUnavailable

    centre = read_centre(site)
    settings = centre.settings if worker is None else replace(centre.settings, worker=worker)
    context = RoleContext(centre.site, settings, operator, centre.assets, centre.time_zone)
    try:
        run_until_signalled(
            lambda stop: CentreProcess([ROLES[name](context) for name in names or ROLES], listen or settings.listen).run(stop),
            verbose=verbose,
        )
    except StoreUnavailable as error:
        fail(f"can't open the store: {error}")
