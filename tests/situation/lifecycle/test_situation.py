"""What a situation says of itself."""

import msgspec

from gateway.situation.lifecycle.actions import Acknowledge, Update
from gateway.situation.lifecycle.situation import Situation
from tests.situation.examples import CITELUM, PUBLIACQUA, VIA_ROMA, accident, done, published, works


def test_an_answer_is_about_one_version() -> None:
    situation = done(published(works()), (CITELUM, Acknowledge("accepted", 1)))
    assert situation.answer_of("citelum") == "accepted"
    assert situation.answer_of("comune") is None
    later = done(situation, (PUBLIACQUA, Update(content=works(severity="high"), geometry=VIA_ROMA, version=1)))
    assert later.answer_of("citelum") is None


def test_events_without_works_have_the_periods_of_standard_works() -> None:
    assert published(accident()).category == "standard"
    assert published(works(roadworks={"category": "minor"})).category == "minor"


def test_a_situation_is_stored_and_read_as_it_was() -> None:
    situation = done(published(works(severity="unheard_of")), (CITELUM, Acknowledge("objected", 1, "stesso giorno")))
    assert msgspec.json.decode(msgspec.json.encode(situation), type=Situation) == situation
