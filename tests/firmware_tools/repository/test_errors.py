"""Errors of repositories have a sentence in English and one in Italian."""

from firmware_tools.repository.errors import RepositoryError, RepositoryRefused, RepositoryUnreachable


def test_the_english_sentence_is_the_text_of_an_error() -> None:
    refused = RepositoryRefused("altered", "it was altered", "è stato alterato")
    assert (str(refused), refused.italian, refused.code) == ("it was altered", "è stato alterato", "altered")
    assert isinstance(refused, RepositoryError)
    assert str(RepositoryUnreachable("not received", "non ricevuto")) == "not received"
