"""Groups of commands, each in a module that is imported only when the command is used."""

import contextlib
import importlib
import keyword
import signal
from collections.abc import Iterator, Mapping
from typing import Any

import click

from gateway.config.problems import suggest


def _keep_lines(command: click.Command) -> None:
    """Keep the line breaks of examples: click expects a backspace character, but a raw docstring has a backslash and a b."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")


@contextlib.contextmanager
def _interrupts_end_the_process() -> Iterator[None]:
    """Let Ctrl-C end the process at once: Python drops a `KeyboardInterrupt` that is raised in a callback of an import's lock."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


class LazyGroup(click.Group):
    """A group that knows the names and summaries of its commands, and imports their modules from `package` on demand."""

    def __init__(self, *args: Any, package: str, known: Mapping[str, str], **kwargs: Any) -> None:  # noqa: ANN401 — click's own
        super().__init__(*args, **kwargs)
        self._package, self._known = package, known
        _keep_lines(self)

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names of the commands, in order."""
        return list(self._known)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Import and return one command."""
        if name not in self._known:
            return None
        with _interrupts_end_the_process():
            module = importlib.import_module(f"{self._package}.{name.replace('-', '_')}{'_' if keyword.iskeyword(name) else ''}")
        command: click.Command = module.command
        _keep_lines(command)
        return command

    def resolve_command(self, context: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names; of an unknown name, say which one was probably meant."""
        name = args[0]
        if name not in self._known and not name.startswith("-"):
            context.fail(f"unknown command '{name}'; {suggest(name, self._known)}")
        return super().resolve_command(context, args)

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._known.items()))


class LazyGroupWithDefault(LazyGroup):
    """A group that passes arguments which name no command to `default`."""

    def __init__(self, *args: Any, default: str, **kwargs: Any) -> None:  # noqa: ANN401 — click's own
        super().__init__(*args, **kwargs)
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the default command unless another is named."""
        if args and args[0] not in {*self._known, "--help", "-h"}:
            args = [self._default, *args]
        return super().parse_args(ctx, args)
