"""`gateway lighting`: when lamps burn and how bright."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "preview": "Show a night or a year before it comes",
    "export": "Write programs and calendars as TALQ 2.7.1",
    "import": "Print programs and calendars of TALQ for a site file",
}


@click.group(cls=LazyGroup, package="gateway.cli.lighting", known=_COMMANDS)
def command() -> None:
    r"""Programs and calendars of lamps: see what they will do, and exchange them with other systems.

    \b
    gateway lighting preview site.yaml --date 2027-03-28
    gateway lighting preview site.yaml --year --svg 2027.svg
    gateway lighting export site.yaml > programs.json
    """
