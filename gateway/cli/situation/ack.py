"""`gateway situation ack`: what an organisation says to a situation."""

from pathlib import Path
from typing import Literal

import click

from gateway.cli.options import SITE
from gateway.cli.situation.common import SITUATION, acting, actor_of, opened, summary
from gateway.host import clock
from gateway.situation.lifecycle.actions import Acknowledge


@click.command()
@SITE
@SITUATION
@click.argument("answer", type=click.Choice(["seen", "accepted", "objected"]))
@acting
@click.option("--version", "version", type=click.IntRange(1), help="The version that you have read; by default, the present one.")
@click.option("--note", help="What you want to say; an objection needs its reason.")
def command(
    site: Path,
    situation: str,
    answer: Literal["seen", "accepted", "objected"],
    organisation: str,
    person: str,
    version: int | None,
    note: str | None,
) -> None:
    r"""Answer to SITUATION: seen, accepted, or objected with --note. A proposal is planned when every authority has accepted it.

    \b
    gateway situation ack centre.yaml publiacqua-via-roma-3 accepted --as comune --by luca
    gateway situation ack centre.yaml publiacqua-via-roma-3 objected --as comune --by luca --note "mercato il lunedì"
    """
    actor = actor_of(site, organisation, person)
    with opened(site) as service:
        read = version or service.seen(situation, organisation).properties.version
        click.echo(summary(service.do(situation, Acknowledge(answer, read, note), actor, clock.now_ms())))
