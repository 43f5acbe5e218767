"""`gateway central`: the centre's workers, and what their store needs."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "run": "Run a worker (what is done where no command is named)",
    "setup": "Make database, retention and roll-ups in the store",
}


class _RunsByDefault(LazyGroup):
    """Takes what is no command of its own for the options and the site file of `run`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` in front, where nothing else is asked for."""
        if args and args[0] not in {*_COMMANDS, "--help", "-h"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RunsByDefault, package="gateway.cli.central", known=_COMMANDS)
def command() -> None:
    r"""Run the centre: ingest workers, the publisher of the city plane.

    \b
    gateway central centre.yaml
    gateway central --role ingest --worker worker-2 centre.yaml
    gateway central setup centre.yaml --dry-run
    """
