"""`gateway config undo`: go back to the configuration before."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import in_language
from gateway.cli.config.common import Target, failing, require_folder
from gateway.cli.local import LocalGateway, find
from gateway.cli.options import JSON, SITE
from gateway.staging.configuration import Terms
from gateway.web.technician.config_routes import WantedChange


class _Undone(msgspec.Struct):
    """What was undone, as printed: `on_trial` if going back needs to be confirmed itself."""

    undone: bool
    on_trial: bool


@click.command()
@SITE
@click.option("--why", default="", metavar="TEXT", help="The reason, for the log.")
@JSON
def command(site: Path, *, why: str, as_json: bool) -> None:
    r"""Undo the configuration of SITE's gateway that is on trial, or else the last change.

    Undoing a trial takes effect at once. Going back behind a change that was confirmed is itself on trial, if the gateway runs. Exits
    with 1 if there is nothing to go back to.

    \b
    gateway config undo site.yaml
    gateway config undo site.yaml --why "the meter was not it"
    """
    target = Target(site)
    local = find(target.edge)
    with failing():
        on_trial = _on_the_gateway(local, why) if local is not None else _in_the_file(target, why)
    if as_json:
        click.echo(msgspec.json.encode(_Undone(undone=True, on_trial=on_trial)))
    elif on_trial:
        click.echo(
            in_language(
                f"the configuration before is back on trial: confirm it with 'gateway config confirm {site}' within 5 minutes",
                f"la configurazione precedente è in prova: confermala con 'gateway config confirm {site}' entro 5 minuti",
            )
        )
    else:
        click.echo(in_language("undone", "annullata"))


def _on_the_gateway(local: LocalGateway, why: str) -> bool:
    return local.post("/api/config/undo", WantedChange(why)) is not None


def _in_the_file(target: Target, why: str) -> bool:
    require_folder(target)
    configuration = target.configuration
    if configuration.ledger.trial is not None:
        configuration.undo(why or "undone by hand")
    else:
        configuration.apply(configuration.earlier(), Terms("technician", why or "undo", confirms="nothing"))
    return False
