"""A phrasebook finds the form of a sentence, and what is in its gaps."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.config.phrasebook import Phrasebook

BOOK = Phrasebook(
    {
        "'{key}' is missing": "manca '{key}'",
        "{value} is out of range": "{value} è fuori dai limiti",
        "'{value}' is out of range": "'{value}' è fuori dai limiti, fra virgolette",
        "from {low} to {high}": "tra {high} e {low}",
        "found {kind}": "trovato: {kind}",
        "a list": "un elenco",
        "remove it": "toglila",
        "there is no '{name}'; {advice}": "non c'è '{name}'; {advice}",
    }
)


def test_what_is_in_the_gaps_is_taken_over_also_in_another_order() -> None:
    assert BOOK.italian("'baud' is missing") == "manca 'baud'"
    assert BOOK.italian("from 1 to 247") == "tra 247 e 1"
    assert BOOK.italian("remove it") == "toglila"


def test_a_gap_that_is_a_phrase_itself_is_translated() -> None:
    assert BOOK.italian("found a list") == "trovato: un elenco"
    assert BOOK.italian("found seven") == "trovato: seven"


def test_advice_is_a_sentence_of_its_own() -> None:
    assert BOOK.italian("there is no 'x'; from 1 to 247") == "non c'è 'x'; tra 247 e 1"
    assert BOOK.italian("there is no 'x'; do it again") == "non c'è 'x'; do it again"


def test_of_two_forms_the_more_particular_is_taken() -> None:
    assert BOOK.italian("7 is out of range") == "7 è fuori dai limiti"
    assert BOOK.italian("'7' is out of range") == "'7' è fuori dai limiti, fra virgolette"


def test_an_unknown_sentence_stays_as_it_is() -> None:
    for sentence in ("", "is missing", "from 1", "something else", "'x' is missing; and more"):
        assert BOOK.italian(sentence) == sentence


def test_what_a_person_wrote_is_never_taken_for_a_gap() -> None:
    assert BOOK.italian("'{low} \\1 {kind}' is missing") == "manca '{low} \\1 {kind}'"


WORDS = st.text(max_size=30).filter(lambda text: " to " not in f" {text} ")


@given(WORDS, WORDS)
def test_any_text_can_be_in_the_gaps(low: str, high: str) -> None:
    assert BOOK.italian(f"from {low} to {high}") == f"tra {high} e {low}"
