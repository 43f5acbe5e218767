"""The words of the page of a report."""

from gateway.provision.report.page_texts import TEXTS


def test_both_languages_have_all_words_and_places() -> None:
    assert TEXTS["en"].keys() == TEXTS["it"].keys()
    with_places = [{key for key, text in words.items() if "{}" in text} for words in TEXTS.values()]
    assert with_places == [{"signed"}, {"signed"}]
