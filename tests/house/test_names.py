"""Public types that are defined twice are found; what is private, imported or a constant is not."""

from tests.house.names import defined_twice, types_in
from tests.house.source import parse


def names(text: str) -> list[str]:
    return [name for _, name in types_in(parse("a.py", text))]


def test_classes_and_type_aliases_are_types() -> None:
    text = "class Store: ...\nValue = int | str\nTake: TypeAlias = Callable[[int], None]\nNumber = NewType('Number', int)"
    assert names(text) == ["Store", "Value", "Take", "Number"]


def test_private_names_constants_instances_inner_classes_and_imports_are_not() -> None:
    assert (
        names("class _Store: ...\nLIMIT = 3\nShape = TypeVar('Shape')\nlog = logger()\nfrom x import Store\ndef f():\n    class Inner: ...")
        == []
    )


def test_each_further_definition_is_reported_with_the_place_of_the_first() -> None:
    found = defined_twice(
        [parse("a.py", "class Store: ..."), parse("b.py", "\nclass Store: ...\nclass Other: ..."), parse("c.py", "Store = int")]
    )
    assert [(one.path, one.line, one.text) for one in found] == [
        ("b.py", 2, "type Store is also defined in a.py:1"),
        ("c.py", 1, "type Store is also defined in a.py:1"),
    ]
