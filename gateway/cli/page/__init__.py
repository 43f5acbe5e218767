"""`gateway page`: the technician's page of a gateway."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "code": "Show the code of the page's login, or make a new one",
    "label": "Write the label for the gateway's box, with QR codes",
}


@click.group(cls=LazyGroup, package="gateway.cli.page", known=_COMMANDS)
def command() -> None:
    r"""Manage the technician's page, which `gateway run` serves if the site file has the key `page`.

    \b
    gateway page code site.yaml
    gateway page label site.yaml --out label.html
    """
