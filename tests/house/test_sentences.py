"""The text of all sentences holds what people read, and nothing that only programs read."""

import click

from tests.house.sentences import docstrings_in, helps, sentences_in


def found(source: str) -> list[str]:
    """Return the sentences of a source, in order."""
    return [text for _, text in sentences_in(source)]


def test_messages_of_errors_and_logs_are_sentences() -> None:
    assert found('raise ValueError("value missing here")\nlog.info("line %s is open", name)') == ["value missing here", "line %s is open"]


def test_what_varies_in_a_sentence_is_a_placeholder() -> None:
    assert found('fail(f"unknown key {key!r}; did you mean {other}?")') == ["unknown key {…}; did you mean {…}?"]


def test_docstrings_queries_keys_and_patterns_are_no_sentences() -> None:
    assert found('"""A docstring of two."""\nx = ["state", "SELECT id FROM batches", r"(?:a b) c d"]') == []


def test_docstrings_are_listed_apart_by_their_first_paragraph() -> None:
    assert list(docstrings_in('def f():\n    """Return the\n    answer.\n\n    More.\n    """')) == [(1, "Return the answer.")]


def test_help_of_every_command_below_a_group_is_listed() -> None:
    @click.group()
    def top() -> None:
        """Do it all."""

    @top.command()
    def below() -> None:
        """Do one thing."""

    texts = dict(helps(top, "top"))
    assert list(texts) == ["top", "top below"]
    assert "Do one thing." in texts["top below"]
