"""`gateway page code`: the code of the page's login."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, in_language, read_edge
from gateway.cli.local import LocalError, find
from gateway.cli.options import JSON, SITE
from gateway.config.site_file import EdgeSite
from gateway.edge.services.codes import CodeFiles
from gateway.host.files import SecretError
from gateway.web.technician.login import PageRole
from gateway.web.technician.session_routes import NewCode, RenewedRole


class _Shown(msgspec.Struct):
    """The code as printed; None if its file was deleted."""

    role: PageRole
    code: str | None


@click.command()
@SITE
@click.option("--reader", is_flag=True, help="The code of those who may only look.")
@click.option("--new", is_flag=True, help="Make a new code; whoever has logged in with the old one is logged out.")
@JSON
def command(site: Path, *, reader: bool, new: bool, as_json: bool) -> None:
    r"""Show the code with which technicians log in to the page of SITE's gateway: the code for its label.

    The gateway makes the codes when it starts for the first time, in the folder `page` of its folder `state`. A code that is deleted
    there can't be shown any more, but still works. Run this as root or as the gateway's user.

    \b
    gateway page code site.yaml
    gateway page code site.yaml --reader --new
    """
    edge = read_edge(site)
    role: PageRole = "reader" if reader else "technician"
    try:
        code = _renewed(edge, role) if new else CodeFiles(edge.state).code_of(role)
    except (SecretError, OSError) as error:
        fail(in_language(f"{error}; run this as root or as the gateway's user", f"{error}; esegui come root o come utente del gateway"))
    except (LocalError, ValueError) as error:
        fail(str(error))
    if as_json:
        click.echo(msgspec.json.encode(_Shown(role, code)))
    elif code is not None:
        click.echo(code)
    if code is None:
        fail(
            in_language(
                "there is no code: it was deleted, or the gateway has not started yet; '--new' makes one",
                "non c'è nessun codice: è stato cancellato, o il gateway non è ancora partito; '--new' ne crea uno",
            )
        )


def _renewed(edge: EdgeSite, role: PageRole) -> str:
    """Return a new code, made by the running gateway if there is one, so that it ends the sessions of the old one."""
    running = find(edge)
    if running is not None:
        return running.post("/api/codes/renew", RenewedRole(role), NewCode).code
    return CodeFiles(edge.state).renew(role)
