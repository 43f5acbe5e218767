"""`gateway identify`: find this machine among several."""

from pathlib import Path

import click

from gateway.cli.common import in_language, read_edge
from gateway.cli.local import asking
from gateway.cli.options import SITE
from gateway.web.technician.machine_routes import FlashingLed, IdentifyAsk


@click.command()
@SITE
@click.option("--seconds", type=click.IntRange(1, 300), default=15, show_default=True, help="How long.")
def command(site: Path, *, seconds: int) -> None:
    r"""Flash an LED of the board on which the gateway of SITE runs, to find it among several: twice, a pause, and again.

    Afterwards, the LED shows what it showed before, also if the gateway is killed meanwhile: then from its next start on.

    \b
    gateway identify site.yaml
    gateway identify site.yaml --seconds 60
    """
    edge = read_edge(site)
    with asking(edge, site) as local:
        flashing = local.post("/api/identify", IdentifyAsk(seconds), FlashingLed)
        click.echo(
            in_language(
                f"the LED {flashing.led} flashes for {flashing.seconds} s", f"il LED {flashing.led} lampeggia per {flashing.seconds} s"
            )
        )
