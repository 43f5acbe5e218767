"""Groups whose commands are imported on demand."""

import signal
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gateway.cli.lazy import LazyGroup, LazyGroupWithDefault

SOURCE = '''
import click

@click.command()
def command():
    r"""Do it.

    \\b
    example one
    example two
    """
    click.echo("done")
'''


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> click.Group:
    package = tmp_path / "lazy_commands_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name in ("some_thing", "try_"):
        (package / f"{name}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    for imported in [name for name in sys.modules if name.startswith("lazy_commands_of_a_test")]:
        monkeypatch.delitem(sys.modules, imported)

    @click.group(cls=LazyGroup, package="lazy_commands_of_a_test", known={"some-thing": "Do something", "try": "Try it"})
    def made() -> None:
        """Do things."""

    return made


def test_commands_are_listed_without_importing_them(group: click.Group) -> None:
    output = CliRunner().invoke(group, ["--help"]).output
    assert "some-thing  Do something" in output
    assert "try         Try it" in output
    assert "lazy_commands_of_a_test.some_thing" not in sys.modules


@pytest.mark.parametrize("name", ["some-thing", "try"])
def test_a_command_is_imported_when_it_is_used_even_if_its_name_is_a_keyword(group: click.Group, name: str) -> None:
    assert CliRunner().invoke(group, [name]).output == "done\n"


def test_ctrl_c_ends_the_process_while_a_command_is_imported_and_is_the_command_s_own_afterwards(
    group: click.Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "import signal\nwhile_imported = signal.getsignal(signal.SIGINT)\n" + SOURCE
    (tmp_path / "lazy_commands_of_a_test" / "some_thing.py").write_text(source)
    for before, while_imported in ((signal.default_int_handler, signal.SIG_DFL), (signal.SIG_IGN, signal.SIG_IGN)):
        monkeypatch.delitem(sys.modules, "lazy_commands_of_a_test.some_thing", raising=False)
        session = signal.signal(signal.SIGINT, before)
        try:
            assert CliRunner().invoke(group, ["some-thing"]).output == "done\n"
            assert signal.getsignal(signal.SIGINT) is before
        finally:
            signal.signal(signal.SIGINT, session)
        assert sys.modules["lazy_commands_of_a_test.some_thing"].while_imported is while_imported


def test_examples_keep_their_line_breaks(group: click.Group) -> None:
    output = CliRunner().invoke(group, ["some-thing", "--help"]).output
    assert "  example one\n  example two\n" in output
    assert "\\b" not in output


def test_an_unknown_command_is_an_error(group: click.Group) -> None:
    done = CliRunner().invoke(group, ["xyz"])
    assert done.exit_code == 2
    assert "Error: unknown command 'xyz'; write one of: some-thing, try\n" in done.output


def test_a_misspelt_command_is_answered_with_the_one_that_was_meant(group: click.Group) -> None:
    done = CliRunner().invoke(group, ["somthing"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (2, "Error: unknown command 'somthing'; did you mean 'some-thing'?")


@pytest.mark.usefixtures("group")
def test_what_names_no_command_goes_to_the_default_one() -> None:
    @click.group(
        cls=LazyGroupWithDefault, package="lazy_commands_of_a_test", known={"some-thing": "Do something", "try": "Try it"}, default="try"
    )
    def made() -> None:
        """Do things."""

    assert CliRunner().invoke(made, ["try"]).output == "done\n"
    assert CliRunner().invoke(made, ["--help"]).output.startswith("Usage: made")
    assert "unexpected extra argument (site.yaml)" in CliRunner().invoke(made, ["site.yaml"]).output.lower().replace("got ", "")
