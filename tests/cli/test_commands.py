"""Every command: it explains itself, is listed, and reports a broken site without a traceback."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.cli.command_line import ROOT
from tests.cli.in_process import run


def test_the_version_is_that_of_the_package() -> None:
    from gateway import __version__

    assert run("--version").stdout == f"gateway {__version__}\n"


def every_command(folder: Path = ROOT / "gateway" / "cli", *above: str) -> Iterator[tuple[str, ...]]:
    """Give every command by its words, from the files that there are."""
    for path in sorted(folder.iterdir()):
        name = path.stem.rstrip("_").replace("_", "-")
        if (path / "__init__.py").exists():
            yield (*above, name)
            if "LazyGroup" in (path / "__init__.py").read_text():
                yield from every_command(path, *above, name)
        elif path.suffix == ".py" and re.search(
            r"^(@click\.command\(|from gateway\.cli\S+ import command$)", path.read_text(), re.MULTILINE
        ):
            yield (*above, name)


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_the_help_of_every_command_has_an_example_on_a_line_of_its_own(command: tuple[str, ...]) -> None:
    explained = CliRunner().invoke(main, [*command, "--help"])
    assert explained.exit_code == 0, explained.output
    before_options = [line.strip() for line in explained.output.split("Options:")[0].splitlines()]
    words = "journal replay" if command == ("replay",) else "central" if command == ("central", "run") else " ".join(command)
    assert any(line.removeprefix("sudo ").startswith(f"gateway {words}") for line in before_options[1:]), explained.output
    assert "\\b" not in explained.output


def test_every_command_is_listed_in_the_help_of_its_group() -> None:
    for *above, name in every_command():
        assert f"  {name} " in CliRunner().invoke(main, [*above, "--help"]).output, (above, name)


@pytest.mark.parametrize("command", [["run"], ["central"], ["console"], ["read"]])
def test_no_command_prints_a_traceback_for_a_broken_or_missing_site(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: [")
    extra = ["device"] if command == ["read"] else []
    for name in ("site.yaml", "missing.yaml"):
        done = run(*command, name, *extra, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith(f"{name}:")
        assert "Traceback" not in done.stderr
