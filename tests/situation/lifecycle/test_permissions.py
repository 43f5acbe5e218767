"""Who may do what, cell by cell."""

import pytest

from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.actions import (
    AcceptBySilence,
    Acknowledge,
    AddComment,
    Begin,
    Cancel,
    Confirm,
    End,
    Lapse,
    Overrun,
    PassStart,
    SituationAction,
    TakeBack,
    Update,
)
from gateway.situation.lifecycle.parties import THE_ROOM, Actor
from gateway.situation.lifecycle.permissions import RULES, ActionRefused, NotYours, audience_of, check, may_see
from tests.situation.examples import CAP, CITELUM, COMUNE, PUBLIACQUA, TOWN, VIA_ROMA, accident, published, works

PROPOSED = published(works())
ACTORS = {"owner": PUBLIACQUA, "authority": COMUNE, "audience": CITELUM, "outside": CAP, "room": THE_ROOM}
MATRIX: list[tuple[SituationAction, str]] = [
    (Update(content=works(), geometry=VIA_ROMA, version=1), "owner"),
    (Confirm(), "owner"),
    (Begin(), "owner room"),
    (End(), "owner room"),
    (Cancel("motivo"), "owner authority"),
    (TakeBack(), "owner"),
    (Acknowledge("seen", 1), "authority audience"),
    (AddComment("testo"), "owner authority audience"),
    (AcceptBySilence(), "room"),
    (PassStart(), "room"),
    (Lapse(), "room"),
    (Overrun(), "room"),
]


@pytest.mark.parametrize("name", ACTORS)
@pytest.mark.parametrize(("action", "who"), MATRIX, ids=lambda one: type(one).__name__)
def test_only_those_who_may_do_something_are_let(action: SituationAction, who: str, name: str) -> None:
    refused = False
    try:
        check(PROPOSED, action, ACTORS[name], TOWN)
    except NotYours:
        refused = True
    except ActionRefused:
        pass  # it does not make sense in this state, but it may be done
    assert refused is (name not in who.split())


def test_every_action_has_a_rule() -> None:
    assert set(RULES) == {type(action) for action, _ in MATRIX}


def test_what_makes_no_sense_in_a_state_is_refused_in_both_languages() -> None:
    with pytest.raises(ActionRefused) as refused:
        check(PROPOSED, End(), PUBLIACQUA, TOWN)
    assert refused.value.text == ("can't end scavo-1: it is proposed", "non si può terminare scavo-1: è proposto")


def test_the_audience_is_the_owner_whom_he_names_and_the_authority_that_answers() -> None:
    assert audience_of(PROPOSED, TOWN) == {"publiacqua", "citelum", "comune"}
    assert audience_of(published(accident()), TOWN) == {"publiacqua"}


@pytest.mark.parametrize(("actor", "sees"), [(PUBLIACQUA, True), (COMUNE, True), (CITELUM, True), (CAP, False), (Actor("nobody"), False)])
def test_outside_the_audience_only_what_is_public_is_seen(actor: Actor, sees: bool) -> None:
    assert may_see(PROPOSED, str(actor.organisation), TOWN) is sees
    assert may_see(published(accident()), str(actor.organisation), TOWN)


def test_nothing_but_words_is_possible_when_it_is_over() -> None:
    open_to = {
        state: {type(action) for action, _ in MATRIX if state in RULES[type(action)].states} for state in SituationState if state.over
    }
    assert set(map(frozenset, open_to.values())) == {frozenset({TakeBack, AddComment})}
