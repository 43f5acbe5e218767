"""The words of the public page are complete in both languages."""

import string

from gateway.situation.event.kinds import SituationKind
from gateway.web.situation.pages.words import KIND_WORDS, PUBLIC_WORDS, TOPICS, day_words


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    italian, english = PUBLIC_WORDS["it"], PUBLIC_WORDS["en"]
    assert italian.keys() == english.keys()

    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    assert [name for name in italian if places(italian[name]) != places(english[name])] == []


def test_every_kind_has_a_word_and_a_topic() -> None:
    kinds = {one.value for one in SituationKind}
    assert kinds == KIND_WORDS["it"].keys() == KIND_WORDS["en"].keys() == set().union(*TOPICS.values())
    assert PUBLIC_WORDS["it"].keys() >= TOPICS.keys()


def test_a_day_is_written_as_people_write_it() -> None:
    assert day_words(0, 7, 12, "it") == "lunedì 7 dicembre"
    assert day_words(6, 31, 1, "en") == "Sunday 31 January"
