"""Large classes and full folders are found, and what counts is counted once."""

import ast

from tests.house.exceptions import Listed, read
from tests.house.sizes import MOST_ATTRIBUTES, MOST_METHODS, MOST_MODULES, attributes_of, full_folders, large_classes, methods_of
from tests.house.source import parse

NOTHING: dict[str, str] = {}


def node(text: str) -> ast.ClassDef:
    (found,) = parse("a.py", text).tree.body
    assert isinstance(found, ast.ClassDef)
    return found


def test_attributes_are_annotated_fields_and_what_any_method_assigns() -> None:
    text = """
class Line:
    address: str
    speed: int = 9600
    KINDS: ClassVar[dict[str, int]] = {}
    plain = 1

    def __init__(self, other):
        self.a, (self.b, *self.c) = other
        self.a = self.d.x = 1
        other.not_mine = 2

    async def run(self):
        self.n += 1
        with open() as self.file:
            pass
        for self.each in ():
            pass
        def inner():
            self.late = 1

    @staticmethod
    def of(other):
        other.foreign = 1
"""
    assert attributes_of(node(text)) == {"address", "speed", "a", "b", "c", "n", "file", "each", "late"}


def test_methods_are_counted_by_name_with_private_ones_and_properties() -> None:
    text = """
class Line:
    def __init__(self): ...
    @property
    def open(self): ...
    @open.setter
    def open(self, value): ...
    async def _read(self): ...
"""
    assert methods_of(node(text)) == {"__init__", "open", "_read"}


def lines_of(count: int, form: str) -> str:
    return "".join(form.format(n) for n in range(count))


def test_a_class_at_the_limits_is_not_reported_and_one_past_either_is() -> None:
    fields, methods = "    f{}: int\n", "    def m{}(self): ...\n"
    at = parse("a.py", "class At:\n" + lines_of(MOST_ATTRIBUTES, fields) + lines_of(MOST_METHODS, methods))
    wide = parse("b.py", "\nclass Wide:\n" + lines_of(MOST_ATTRIBUTES + 1, fields))
    long = parse("c.py", "class Long:\n" + lines_of(MOST_METHODS + 1, methods))
    found = large_classes([at, wide, long], Listed(NOTHING, {}))
    assert [(one.path, one.line) for one in found] == [("b.py", 2), ("c.py", 1)]
    assert found[0].text == "class Wide has 13 attributes and 0 methods; at most 12 and 20"


def test_a_listed_class_is_excused_by_its_file_and_name() -> None:
    wide = parse("b.py", "class Wide:\n" + lines_of(MOST_ATTRIBUTES + 1, "    f{}: int\n"))
    listed = read('[large_classes]\n"b.py:Wide" = "mirrors a file"\n"c.py:Wide" = "gone"')["large_classes"]
    assert large_classes([wide], listed) == []
    assert [one.text for one in listed.unneeded()] == ["'c.py:Wide': no longer needed: remove it"]


def test_a_folder_of_the_gateway_with_too_many_modules_is_reported_and_the_command_line_is_not() -> None:
    def folder(name: str, modules: int) -> list[str]:
        return [f"{name}/__init__.py", *(f"{name}/m{n}.py" for n in range(modules))]

    paths = [*folder("gateway/a", MOST_MODULES), *folder("gateway/b", MOST_MODULES + 1), *folder("gateway/cli", MOST_MODULES + 1)]
    assert [(one.path, one.text) for one in full_folders(parse(path, "") for path in paths)] == [
        ("gateway/b", "folder has 15 modules; at most 14")
    ]
