"""Classes and folders stay small enough to be seen as a whole."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.house.exceptions import Listed
from tests.house.source import Source, Violation

MOST_ATTRIBUTES = 12
MOST_METHODS = 20
MOST_MODULES = 14

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def attributes_of(node: ast.ClassDef) -> set[str]:
    """Return the attributes of a class: its annotated fields, and what its methods assign to `self`."""
    found = {
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and not ast.unparse(statement.annotation).startswith(("ClassVar", "typing.ClassVar"))
    }
    for method in node.body:
        if isinstance(method, _Function) and (own := _own_name(method)) is not None:
            found |= {
                part.attr
                for part in ast.walk(method)
                if isinstance(part, ast.Attribute)
                and isinstance(part.ctx, ast.Store)
                and isinstance(part.value, ast.Name)
                and part.value.id == own
            }
    return found


def _own_name(method: _Function) -> str | None:
    """Return how a method calls the object that it belongs to; None for a static or class method."""
    if any(isinstance(mark, ast.Name) and mark.id in ("staticmethod", "classmethod") for mark in method.decorator_list):
        return None
    arguments = [*method.args.posonlyargs, *method.args.args]
    return arguments[0].arg if arguments else None


def methods_of(node: ast.ClassDef) -> set[str]:
    """Return the names of a class's methods and properties, private ones too."""
    return {method.name for method in node.body if isinstance(method, _Function)}


def classes_in(source: Source) -> Iterator[ast.ClassDef]:
    """Yield every class of a module, nested ones too."""
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef))


def large_classes(sources: Iterable[Source], listed: Listed) -> list[Violation]:
    """Return a violation for every class with too many attributes or methods that is not listed."""
    found = []
    for source in sources:
        for node in classes_in(source):
            attributes, methods = len(attributes_of(node)), len(methods_of(node))
            if (attributes > MOST_ATTRIBUTES or methods > MOST_METHODS) and not listed.excuses(f"{source.path}:{node.name}"):
                text = f"class {node.name} has {attributes} attributes and {methods} methods; at most {MOST_ATTRIBUTES} and {MOST_METHODS}"
                found.append(Violation(source.path, node.lineno, text))
    return found


def full_folders(sources: Iterable[Source]) -> list[Violation]:
    """Return a violation for every folder of the gateway and of the firmware tools with too many modules; that of the command line holds one for each command."""
    modules: defaultdict[str, int] = defaultdict(int)
    for source in sources:
        folder, _, name = source.path.rpartition("/")
        modules[folder] += name != "__init__.py"
    return [
        Violation(folder, 1, f"folder has {count} modules; at most {MOST_MODULES}")
        for folder, count in modules.items()
        if count > MOST_MODULES
        and folder.startswith(("gateway", "firmware_tools"))
        and not folder.startswith(("gateway/cli", "firmware_tools/cli"))
    ]
