"""The words of the page."""

from gateway.analytics.report.page_texts import MONTHS, TEXTS


def test_both_languages_say_everything() -> None:
    assert TEXTS["en"].keys() == TEXTS["it"].keys()
    assert all(text for texts in TEXTS.values() for text in texts.values())
    assert len(MONTHS["en"]) == len(MONTHS["it"]) == 12
