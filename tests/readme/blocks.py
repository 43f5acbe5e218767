"""What a reader of a document types: the commands of its `sh` blocks, and the files of its `yaml` blocks that begin with a path."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Section(NamedTuple):
    """A section of a document, by its heading."""

    document: str
    heading: str


class Command(NamedTuple):
    """A command to type in a shell."""

    text: str


class WrittenFile(NamedTuple):
    """A file to write with an editor."""

    path: str
    content: str


WAY = (
    Section("README.md", "Build the wheel"),
    Section("README.md", "Install the program"),
    Section("README.md", "Set up a centre"),
    Section("docs/broker.md", "Set it up"),
    Section("README.md", "Describe the centre"),
    Section("docs/broker.md", "Add a gateway"),
    Section("README.md", "Set up a gateway"),
)
"""What a reader does on one machine, in this order, until readings come."""

LOOK = (Section("README.md", "Look at it"), Section("docs/broker.md", "Add a utility"))
"""What a reader looks at then."""

UPGRADE = (Section("docs/upgrade.md", "A gateway"), Section("docs/upgrade.md", "A centre"))
WORKERS = (Section("docs/scaling.md", "Services for workers"),)
REMOVE = (Section("docs/upgrade.md", "Removing it"),)
"""What a reader does later."""

_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def text_of(section: Section) -> str:
    """Return the text of a section, without those below it.

    Raises:
        KeyError: The document has no such section.
    """
    inside, found, in_block = False, "", False
    for line in (ROOT / section.document).read_text(encoding="utf-8").splitlines(keepends=True):
        in_block ^= line.lstrip().startswith("```")
        heading = None if in_block else re.match(r"#+ (.*)", line)
        if heading is not None:
            inside = heading[1] == section.heading
        elif inside:
            found += line
    if not found:
        raise KeyError(f"{section.document} has no section '{section.heading}'")
    return found


def steps_of(section: Section) -> Iterator[Command | WrittenFile]:
    """Yield what the reader of a section types, in order."""
    for kind, block in _BLOCK.findall(text_of(section)):
        lines = _dedented(block)
        if kind == "sh":
            yield from map(Command, _commands(lines))
        elif kind == "yaml" and re.fullmatch(r"# /\S+", lines[0]):
            yield WrittenFile(lines[0].removeprefix("# "), "\n".join(lines[1:]) + "\n")


def commands_of(document: str) -> list[str]:
    """Return everything that the reader of a whole document types in a shell, in order."""
    blocks = _BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))
    return [command for kind, block in blocks if kind == "sh" for command in _commands(_dedented(block))]


def _dedented(block: str) -> list[str]:
    """Return the lines of a block; within a list, a block is indented."""
    lines = block.splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[indent:] for line in lines]


def _commands(lines: list[str]) -> Iterator[str]:
    """Yield the commands of a block: a command may continue on the next lines."""
    text = ""
    for line in lines:
        text += line
        if _is_complete(text):
            if text.strip() and not text.lstrip().startswith("#"):
                yield text.strip()
            text = ""
        else:
            text += "\n"
    if text:
        raise ValueError(f"not a whole command: {text}")


def _is_complete(text: str) -> bool:
    if text.endswith("\\"):
        return False
    read = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    return read.returncode == 0 and not read.stderr
