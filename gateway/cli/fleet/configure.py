"""`gateway fleet configure`: send a configuration to a gateway."""

import asyncio
import re
import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, read_centre, said_problem
from gateway.cli.options import JSON
from gateway.cli.trust.common import failing
from gateway.config.problems import ConfigError
from gateway.config.site_file import CentreSite
from gateway.config.text_file import read_text
from gateway.host import clock
from gateway.host.files import SecretError
from gateway.host.mqtt import Broker
from gateway.model.messages import ConfigurationOrder, ConfigurationOutcome
from gateway.model.topics import LEVEL, GatewayId
from gateway.staging.checks import loaded_gateway
from gateway.trust.authority import Authority
from gateway.trust.order_sending import OrderNotFollowed, send_order
from gateway.trust.orders import signed_order


@click.command()
@click.argument("gateway", metavar="OPERATOR/GATEWAY")
@click.argument("site", metavar="SITE", type=click.Path(path_type=Path))
@click.option("--centre", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Site file of the centre, for its broker.")
@click.option("--authority", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the site's authority.")
@click.option("--dry-run", is_flag=True, help="Let the gateway check it, and change nothing.")
@click.option(
    "--wait", "wait_s", type=click.FloatRange(1, 600), default=360.0, show_default=True, help="How long to wait for an answer, in seconds."
)
@JSON
def command(gateway: str, site: Path, centre: Path, authority: Path, *, dry_run: bool, wait_s: float, as_json: bool) -> None:
    r"""Send the site file SITE to a gateway over MQTT, signed by the site's authority.

    The gateway checks the signature and the file, and changes without a restart. It keeps the change when its uplink works with it: it is
    connected and a receipt came. If that does not happen within five minutes, it goes back. Exits with 1 if it did not keep it.

    \b
    gateway fleet configure citelum/gw-0042 site.yaml --centre centre.yaml --authority authority --dry-run
    gateway fleet configure citelum/gw-0042 site.yaml --centre centre.yaml --authority authority
    """
    found = read_centre(centre)
    to = _gateway(found.site, gateway)
    with failing():
        order = signed_order(Authority(authority), to.user, clock.now_ms(), _checked(site, to), apply=not dry_run)
    try:
        last = asyncio.run(_follow(to, found, order, wait_s, as_json=as_json))
    except (OrderNotFollowed, SecretError) as error:
        fail(str(error))
    sys.exit(0 if last.state in ("checked", "confirmed") else 1)


def _gateway(site: str, name: str) -> GatewayId:
    operator, _, gateway = name.partition("/")
    if not (re.fullmatch(LEVEL, operator) and re.fullmatch(LEVEL, gateway)):
        fail(f"'{name}' is not the name of a gateway; write operator/gateway as 'gateway fleet' lists it")
    return GatewayId(site, operator, gateway)


def _checked(site: Path, to: GatewayId) -> str:
    """Return the text of a site file that describes the gateway, or print its problems and end with exit code 1."""
    try:
        text = read_text(site)
        edge = loaded_gateway(text, str(site)).edge
    except ConfigError as error:
        for problem in error.problems:
            click.echo(said_problem(problem), err=True)
        sys.exit(1)
    if edge is not None and edge.id != to:
        fail(f"{site} describes {edge.id.operator}/{edge.id.gateway} of {edge.id.site}, not {to.operator}/{to.gateway} of {to.site}")
    return text


async def _follow(to: GatewayId, centre: CentreSite, order: ConfigurationOrder, wait_s: float, *, as_json: bool) -> ConfigurationOutcome:
    """Print what becomes of an order, and return the end."""
    settings = centre.settings
    outcome = ConfigurationOutcome(order.number, "refused")
    async for outcome in send_order(to, Broker(settings.broker, settings.tls, settings.login), order, wait_s):
        if as_json:
            click.echo(msgspec.json.encode(outcome))
            continue
        for line in outcome.differences if outcome.state != "confirmed" else ():
            click.echo(f"  {line}")
        click.echo(f"{to.operator}/{to.gateway}: {outcome.state}" + (f": {outcome.reason}" if outcome.reason else ""))
    return outcome
