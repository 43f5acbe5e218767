"""`gateway central run`: a process of the centre."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.common import fail, read_centre, run_until_signalled
from gateway.cli.options import SITE, VERBOSE

if TYPE_CHECKING:
    from gateway.centre.process import Role


@click.command()
@SITE
@click.option("--role", "roles", type=click.Choice(["ingest", "city"]), multiple=True, help="What this process does; both, if left out.")
@click.option("--worker", help="This worker's name, when several share the load.")
@click.option("--operator", help="The operator whose city plane is published; every operator's, if left out.")
@VERBOSE
def command(site: Path, *, roles: "tuple[Role, ...]", worker: str | None, operator: str | None, verbose: bool) -> None:
    r"""Run the centre that SITE describes, or a part of it, until it is told to stop.

    The ingest acknowledges a batch only when the store has it. Several workers share the load when each has its own name. The city plane
    has one publisher, or one for each operator.

    \b
    gateway central centre.yaml
    gateway central --role ingest --worker worker-2 centre.yaml
    gateway central --role city --operator citelum centre.yaml
    """
    from msgspec.structs import replace

    from gateway.centre.process import ROLES, CentreProcess
    from gateway.centre.stores.port import StoreUnavailable

    centre = read_centre(site)
    settings = centre.settings
    if worker is not None:
        settings = replace(settings, worker=worker)
    try:
        run_until_signalled(lambda stop: CentreProcess(centre.site, settings, roles or ROLES, operator).run(stop), verbose=verbose)
    except StoreUnavailable as error:
        fail(f"the store can't be opened: {error}")
