"""Headlines and places in words."""

from gateway.situation.formats.texts import marked_headline, place_of
from tests.situation.formats.exports import seen


def test_exercises_say_so_first() -> None:
    both = {"it": "Piena", "en": "Flood"}
    headlines = [
        marked_headline(seen(headline=both, information_status=one).properties)
        for one in ("real", "test", "securityExercise", "technicalExercise")
    ]
    assert [(one.it, one.en) for one in headlines] == [
        ("Piena", "Flood"),
        ("[PROVA] Piena", "[TEST] Flood"),
        ("[ESERCITAZIONE] Piena", "[EXERCISE] Flood"),
        ("[ESERCITAZIONE TECNICA] Piena", "[TECHNICAL EXERCISE] Flood"),
    ]
    assert marked_headline(seen(information_status="test").properties).en is None


def test_a_place_is_its_streets_and_its_description() -> None:
    streets = [{"name": "VIA ROMA", "number_from": "1", "number_to": "20"}, {"name": "PIAZZA DUOMO"}]
    assert (
        place_of(seen(location={"street_refs": streets, "description": {"it": "lato nord"}}).properties)
        == "VIA ROMA 1-20; PIAZZA DUOMO. lato nord"
    )
    assert place_of(seen(location={}).properties) is None
