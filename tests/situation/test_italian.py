"""Reasons in Italian."""

import random

import pytest

from gateway.situation.event.reading import EventRejected, read_event
from gateway.situation.italian import in_italian
from tests.situation.event.malformed import malformed


@pytest.mark.parametrize(
    ("english", "italian"),
    [
        ("Expected `int | null`, got `float` - at `$.data.x`", "atteso un numero intero o null, trovato un numero - in `$.data.x`"),
        ("Expected `str` of length <= 200 - at `$.id`", "atteso un testo di lunghezza <= 200 - in `$.id`"),
        ("Expected `array` of length 2 - at `$.d[...]`", "attesa una lista di lunghezza 2 - in `$.d[...]`"),
        ("Expected `float` <= 90.0", "atteso un numero <= 90.0"),
        ("Invalid enum value '../x' - at `$.k`", "valore '../x' non ammesso - in `$.k`"),
        ("Object missing required field `it` - at `$.h`", "manca il campo obbligatorio `it` - in `$.h`"),
        ("planned_end is before planned_start", "planned_end è prima di planned_start"),
        ("the event is related to itself", "l'evento è collegato a sé stesso"),
        ("a ring of the geometry is not closed: its last position must be its first", "un anello della geometria non è chiuso: l'ultima posizione deve essere la prima"),
    ],
)  # fmt: skip
def test_reasons_are_in_italian_with_their_place(english: str, italian: str) -> None:
    assert in_italian(english) == italian


def reasons_of(payload: bytes) -> list[str]:
    try:
        read_event(payload)
    except EventRejected as rejected:
        return rejected.reasons
    return []


def test_every_reason_for_which_events_are_rejected_has_its_italian() -> None:
    reasons = {reason for _, payload in malformed(random.Random(5), 2000) for reason in reasons_of(payload)}
    assert len(reasons) > 50
    assert not [one for one in reasons if in_italian(one) == one]


def test_what_is_not_known_stays_as_it_is() -> None:
    assert in_italian("the moon is full {0}") == "the moon is full {0}"
    assert in_italian("Invalid value '{5} {x}'") == "valore '{5} {x}' non ammesso"
