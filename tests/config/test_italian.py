"""The problems that a technician meets in a site file are all said in Italian, too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config.italian import BOOK, PHRASES
from gateway.config.problems import Problem

GATEWAY = Path(__file__).parents[2] / "gateway"

SOURCES = ("config/tree_to_struct.py", "config/yaml_tree.py", "config/scalar_readers.py", "config/device_rules.py", "config/rules/page_rules.py",
           "config/rules/server_rules.py", "config/text_file.py", "config/site_rules.py", "config/problems.py", "staging/checks.py",
           "config/rules/lighting/lighting_rules.py", "config/rules/lighting/program_rules.py")  # fmt: skip
"""What reads the parts of a site file that describe a gateway. Profiles and centres are for others."""

OF_CENTRES = re.compile(r"exactly one store|either 'influx|'ca'|https://, or remove|api: v2|add 'org|VictoriaMetrics|remove 'operators'")
PARTS = re.compile(r"^X[;:] |^X:X|^X … X|^line X\Z|^mqtts://|^; or |^ (and|or) |^, |^(did you mean|write one of:) \Z|^mapping values\Z")
"""Parts of sentences, paths, and what the YAML parser says."""


def templates(file: Path) -> Iterator[str]:
    """Yield the sentences of a module, with a gap for what is put in; docstrings are none."""
    tree = ast.parse(file.read_text())
    skipped = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            skipped |= {id(one.value) for one in node.body if isinstance(one, ast.Expr)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # A rule's sentence is filled by str.format.
            yield re.sub(r"\{s\.[^}]*\}", "X", node.value).replace("{{", "{").replace("}}", "}")
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_about_a_site_file_has_its_translation(source: str) -> None:
    said = [one for one in templates(GATEWAY / source) if " " in one.strip() and not OF_CENTRES.search(one) and not PARTS.search(one)]
    assert said
    assert [one for one in said if BOOK.italian(one) == one] == []


def test_every_translation_has_the_gaps_of_its_sentence_at_most() -> None:
    gaps = re.compile(r"\{([a-z]+)\}")
    assert [english for english, italian in PHRASES.items() if not set(gaps.findall(italian)) <= set(gaps.findall(english))] == []


@pytest.mark.parametrize(
    ("what", "instead", "italian"),
    [
        ("unknown key 'baudd'", "did you mean 'baud'?", "s.yaml:3:7: chiave sconosciuta 'baudd'; forse intendevi 'baud'?"),
        ("expected one value, found a list", "write one value here", "s.yaml:3:7: serve un solo valore, trovato: un elenco; scrivi qui un solo valore"),
        ("'10 s' is not a duration", "write a number with a unit: 500ms, 10s, 15min, 1h or 1d",
         "s.yaml:3:7: '10 s' non è una durata; scrivi un numero con l'unità: 500ms, 10s, 15min, 1h o 1d"),
        ("device 'm-1' has channels without assets", "add 'channels: {0: …}', numbers 0 to 7",
         "s.yaml:3:7: il dispositivo 'm-1' ha canali senza asset; aggiungi 'channels: {0: …}', numeri da 0 a 7"),
        ("what nobody has translated", "as it is", "s.yaml:3:7: what nobody has translated; as it is"),
    ],
)  # fmt: skip
def test_a_problem_is_said_in_italian(what: str, instead: str, italian: str) -> None:
    assert str(Problem("s.yaml", 3, 7, what, instead).in_italian()) == italian
