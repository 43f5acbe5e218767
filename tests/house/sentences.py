"""`python -m tests.house.sentences`: every sentence of the program that people read, in one text, to be read as a whole.

Help of every command, messages of errors and logs, titles of panels and texts of pages. With `--docstrings`, the first lines of docstrings too.
"""

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

from firmware_tools.cli import main as firmware
from gateway.cli import main

ROOT = Path(__file__).parents[2]
_PLACEHOLDER = "{…}"
_SQL = re.compile(r"^(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|PRAGMA|DROP|BEGIN|SHOW|GRANT)\b")


def sentences_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and text of every string literal that reads as words: no docstrings, no SQL, no patterns."""
    tree = ast.parse(source)
    nested = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node}
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in nested or id(node) in bare:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else _PLACEHOLDER for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if _reads_as_words(text):
            yield node.lineno, " ".join(text.split())


def _reads_as_words(text: str) -> bool:
    words = re.findall(r"[A-Za-zàèéìòù']{2,}", text.replace(_PLACEHOLDER, ""))
    return len(words) >= 2 and " " in text.strip() and not _SQL.match(text.strip()) and "(?" not in text


def docstrings_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and first paragraph of every docstring."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (text := ast.get_docstring(node)):
            yield getattr(node, "lineno", 1), " ".join(text.split("\n\n")[0].split())


def helps(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    """Yield the help of a command and of all below it."""
    context = click.Context(command, info_name=path)
    yield path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from helps(below, f"{path} {name}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.house.sentences", description=__doc__)
    parser.add_argument("--docstrings", action="store_true", help="also print the first paragraph of every docstring")
    return parser.parse_args()


def report(*, docstrings: bool) -> Iterator[str]:
    """Yield the lines of the text."""
    for path, text in [*helps(main, "gateway"), *helps(firmware, "firmware")]:
        yield from (f"## {path} --help", text, "")
    for folder in ("gateway", "dashboards", "firmware_tools", "device_profiles"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            source = file.read_text()
            found = [*sentences_in(source), *(docstrings_in(source) if docstrings else ())]
            if found:
                yield f"## {file.relative_to(ROOT)}"
                yield from (f"{line}: {text}" for line, text in sorted(found))
                yield ""
    for name in ("index.html", "texts.js"):
        for file in sorted((ROOT / "gateway" / "web").rglob(name)):
            yield from (f"## {file.relative_to(ROOT)}", file.read_text(), "")


if __name__ == "__main__":
    print("\n".join(report(docstrings=_arguments().docstrings)))
