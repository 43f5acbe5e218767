"""Every cause has its sentences in both languages."""

import pytest

from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.diagnosis.cause_texts import TEXTS, cause


def test_every_kind_has_texts() -> None:
    assert set(TEXTS) == set(CauseKind)


@pytest.mark.parametrize("kind", CauseKind)
def test_the_sentences_of_both_languages_differ_and_name_the_same_detail(kind: CauseKind) -> None:
    for text in TEXTS[kind]:
        assert text.en
        assert text.it
        assert text.en != text.it
        assert ("{detail}" in text.en) == ("{detail}" in text.it)


def test_the_detail_is_filled_in() -> None:
    found = cause(CauseKind.CT_TURNED, "likely", "meter-3", [], "L2")
    assert "of L2 is turned round" in found.sentence.en
    assert "di L2 è girato" in found.sentence.it
