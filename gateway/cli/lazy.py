"""Groups of commands, one file a command, each imported only when it is wanted."""

import importlib
import keyword
from collections.abc import Mapping
from typing import Any

import click


def _keep_lines(command: click.Command) -> None:
    """Let examples keep their lines: click wants the sign itself where a raw docstring has its two letters."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")


class LazyGroup(click.Group):
    """Knows its commands by name and one line each, and loads one of its `package` when it is run."""

    def __init__(self, *args: Any, package: str, known: Mapping[str, str], **kwargs: Any) -> None:  # noqa: ANN401 — click's own
        super().__init__(*args, **kwargs)
        self._package, self._known = package, known
        _keep_lines(self)

    def list_commands(self, _context: click.Context) -> list[str]:
        """Give the names, in their order."""
        return list(self._known)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Load one command."""
        if name not in self._known:
            return None
        module = importlib.import_module(f"{self._package}.{name.replace('-', '_')}{'_' if keyword.iskeyword(name) else ''}")
        command: click.Command = module.command
        _keep_lines(command)
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """Show what there is, without loading any of it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._known.items()))
