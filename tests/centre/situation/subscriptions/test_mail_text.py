"""The words of e-mails about situations."""

from gateway.centre.situation.subscriptions.mail_text import MOST_LISTED, situations_mail
from gateway.situation.private_layer import NearFeature
from tests.centre.situation.subscriptions.examples import change
from tests.situation.examples import ROME


def test_one_situation_is_described_in_full() -> None:
    found = situations_mail([change(1, description={"it": "Scavo\nper acqua"}, severity="high")], "prato", "lavori", "it", ROME)
    assert found.subject == "[prato] in corso: Scavo in Via Roma"
    assert found.body == (
        "in corso: Scavo in Via Roma\n"
        "  dal 2026-12-01, al 2026-12-04, iniziato 2026-12-01 07:30\n"
        "  Dove: VIA ROMA\n"
        "  Gravità: alta\n"
        "  Chi: publiacqua (scavo-1, roadworks)\n"
        "  Scavo\n"
        "  per acqua\n"
        "\n"
        "Questa e-mail arriva per l'iscrizione 'lavori' della Situation Room.\n"
    )


def test_in_english_what_has_no_english_text_is_in_italian() -> None:
    found = situations_mail([change(1), change(2, "b", headline={"it": "Scavo", "en": "Trench"})], "prato", "works", "en", ROME)
    assert found.subject == "[prato] 2 situations: active: Scavo in Via Roma"
    assert "active: Trench\n  from 2026-12-01, to 2026-12-04" in found.body


def test_an_exercise_is_marked() -> None:
    found = situations_mail([change(1, information_status="technicalExercise")], "prato", "works", "it", ROME)
    assert found.subject.startswith("[prato] ESERCITAZIONE in corso: ")


def test_of_many_the_rest_is_counted() -> None:
    found = situations_mail([change(number, f"s-{number}") for number in range(MOST_LISTED + 7)], "prato", "works", "en", ROME)
    assert "and 7 more\n" in found.body
    assert found.body.count("VIA ROMA") == MOST_LISTED


def test_what_the_recipient_owns_near_works_is_named_the_first_ten() -> None:
    near = tuple(NearFeature(f"tubo-{number}", number / 2) for number in range(12))
    found = situations_mail([change(1)._replace(near=near)], "prato", "vicino", "it", ROME)
    assert "  Vicino ai vostri impianti: tubo-0 (0 m), tubo-1 (0.5 m), " in found.body
    assert "tubo-9 (4.5 m), e altri 2\n" in found.body
