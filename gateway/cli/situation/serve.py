"""`gateway situation serve`: runs the Situation Room."""

from pathlib import Path

import click

from gateway.cli.common import fail, read_centre, run_until_signalled
from gateway.cli.options import SITE, VERBOSE, ListenAddress
from gateway.cli.situation.common import settings_of


@click.command()
@SITE
@click.option("--listen", type=ListenAddress(), default="127.0.0.1:9277", show_default=True, help="Address of /health and /metrics.")
@VERBOSE
def command(site: Path, *, listen: str, verbose: bool) -> None:
    r"""Run the Situation Room of SITE until told to stop: publish what happens over MQTT, and do what organisations request.

    Other commands may be used meanwhile: what they do is published within a second. One process runs a Situation Room.

    \b
    gateway situation serve centre.yaml
    """
    from gateway.centre.process import CentreProcess
    from gateway.centre.role import RoleContext
    from gateway.centre.situation.port import SituationsUnavailable
    from gateway.centre.situation.role import SituationRole

    centre = read_centre(site)
    settings = settings_of(centre.settings.situation)
    context = RoleContext(centre.site, centre.settings, None, centre.assets, centre.time_zone)
    try:
        run_until_signalled(lambda stop: CentreProcess([SituationRole(context, settings)], listen).run(stop), verbose=verbose)
    except SituationsUnavailable as error:
        fail(f"can't use the situations in {centre.settings.situations_path()}: {error}")
