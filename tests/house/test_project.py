"""The project keeps the rules of its house."""

from tests.house.__main__ import of_the_project


def test_the_project_breaks_no_rule() -> None:
    assert [f"{one.path}:{one.line}: {one.text}" for one in of_the_project()] == []
