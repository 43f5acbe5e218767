"""What documents refer to exists: links, files, modules, commands and options."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import pytest

from firmware_tools.cli import main as firmware
from gateway.cli import main

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FOLDERS = ("gateway", "tests", "docs", "dashboards", "device_profiles", "firmware_tools", "systemd", ".ci")
FILES = {path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in (ROOT / folder).rglob("*") if "node_modules" not in path.parts}


def code_in(text: str) -> Iterator[str]:
    """Yield the code of a document: each span and each line of a block."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    for block in blocks:
        yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def missing_link(document: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (document.parent / path) if path else document
    if not file.exists():
        return True
    headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE) if anchor else []
    return bool(anchor) and anchor not in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def missing_file(code: str) -> bool:
    """Return whether code names a file or folder of the repository that does not exist."""
    path = code.strip().rstrip("/")
    if not re.fullmatch(r"[\w.][\w.-]*(/[\w.-]+)+", path):
        return False
    if path.split("/")[0] in FOLDERS:
        return path not in FILES
    return path.endswith(".py") and not any(one.endswith("/" + path) for one in FILES)


def missing_modules(code: str) -> list[str]:
    modules = re.findall(r"python -m ((?:tests|gateway|dashboards|firmware_tools)[\w.]*)", code)
    return [one for one in modules if not {one.replace(".", "/") + ".py", one.replace(".", "/") + "/__main__.py"} & FILES]


def unknown_word(code: str) -> str | None:
    """Return the command or option that code calls and the program does not have."""
    found = re.match(r"\s*(?:\S*/bin/)?(gateway|firmware) ([a-z][^#|]*)", code)
    if found is None:
        return None
    program = main if found[1] == "gateway" else firmware
    command: click.Command = program
    for word in found[2].split():
        children = commands_of(command)
        if word in children:
            command = children[word]
        elif command is program or (word.startswith("--") and word.partition("=")[0] not in options_of([command, *children.values()])):
            return word
    return None


def commands_of(command: click.Command) -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {}
    found = {name: command.get_command(click.Context(command), name) for name in command.list_commands(click.Context(command))}
    return {name: one for name, one in found.items() if one is not None}


def options_of(commands: Iterable[click.Command]) -> set[str]:
    """Return the options of commands: a group may pass those that it does not know to one of its own."""
    return {"--help", *(option for command in commands for one in command.params for option in one.opts)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_refer_to_what_exists(document: Path) -> None:
    text = document.read_text()
    links = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not target.startswith(("http", "mailto"))]
    wrong = [target for target in links if missing_link(document, target)]
    for code in code_in(text):
        wrong += [code] if missing_file(code) else []
        wrong += missing_modules(code)
        word = unknown_word(code)
        wrong += [f"{code}: {word}"] if word is not None else []
    assert wrong == []
