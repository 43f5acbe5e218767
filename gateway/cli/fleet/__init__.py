"""`gateway fleet`: the gateways of a site."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "list": "List the gateways and their health",
    "configure": "Send a configuration to a gateway",
}


class _FleetGroup(LazyGroup):
    """A group whose first command may be left out: `gateway fleet centre.yaml` lists."""

    def resolve_command(self, context: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names, else the list."""
        return super().resolve_command(context, args if args[0] in _COMMANDS else ["list", *args])


@click.group(cls=_FleetGroup, package="gateway.cli.fleet", known=_COMMANDS, context_settings={"ignore_unknown_options": True})
def command() -> None:
    r"""List the gateways of a site, and send configurations to them.

    \b
    gateway fleet centre.yaml                      # as gateway fleet list
    gateway fleet configure citelum/gw-0042 site.yaml --centre centre.yaml --authority authority --dry-run
    """
