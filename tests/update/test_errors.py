"""Errors of updates have a sentence in English and one in Italian."""

from gateway.update.errors import UpdateError


def test_the_english_sentence_is_the_text_of_an_error() -> None:
    error = UpdateError("the disk is full", "il disco è pieno")
    assert (str(error), error.italian) == ("the disk is full", "il disco è pieno")
