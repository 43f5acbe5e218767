"""What just happened, for whom."""

from gateway.centre.situation.port import HistoryEntry, RecordedAction
from gateway.situation.event.content import SituationContent
from gateway.situation.lifecycle.actions import Acknowledge, AddComment, Cancel, Publish, SituationAction
from gateway.situation.lifecycle.parties import THE_ROOM, Actor
from gateway.web.situation.callers import Caller
from gateway.web.situation.pages.news import NewsItem, news_of
from tests.situation.examples import CITELUM, COMUNE, NOW_MS, PUBLIACQUA, TOWN, VIA_ROMA, published, works


def news(said: SituationContent, organisation: str, *done: tuple[Actor, SituationAction]) -> list[NewsItem]:
    situation = published(said)
    actions = [(PUBLIACQUA, Publish(id=situation.id, content=said, geometry=VIA_ROMA)), *done]
    entries = [
        HistoryEntry(
            number,
            RecordedAction(organisation=actor.organisation, person=actor.person, at_ms=NOW_MS, action=action, situation=situation),
        )
        for number, (actor, action) in enumerate(actions, 1)
    ]
    return list(news_of(entries, Caller(organisation, "anna", True, lambda: True), TOWN))


OBJECTED = (COMUNE, Acknowledge(answer="objected", version=1, note="market day"))


def test_the_audience_reads_who_did_what_with_notes() -> None:
    found = news(works(), "citelum", OBJECTED, (CITELUM, AddComment(text="we agree")), (PUBLIACQUA, Cancel(reason="no pipes")))
    assert [(one.organisation, one.action, one.answer, one.note) for one in found] == [
        ("publiacqua", "publish", None, None),
        ("comune", "acknowledge", "objected", "market day"),
        ("citelum", "comment", None, "we agree"),
        ("publiacqua", "cancel", None, "no pipes"),
    ]


def test_others_read_of_public_situations_what_the_public_may_know() -> None:
    public = works(audience={"public": True, "organisations": ["citelum"]})
    found = news(public, "cap", OBJECTED, (CITELUM, AddComment(text="we agree")), (COMUNE, Cancel(reason="no pipes")))
    assert [(one.organisation, one.action, one.note) for one in found] == [("publiacqua", "publish", None), (None, "cancel", None)]


def test_who_may_not_know_of_a_situation_reads_nothing() -> None:
    assert news(works(), "cap", OBJECTED) == []


def test_what_follows_from_the_rules_has_no_organisation_and_exercises_are_marked() -> None:
    found = news(works(information_status="securityExercise"), "comune", (THE_ROOM, AddComment(text="time")))
    assert [(one.organisation, one.exercise) for one in found] == [("publiacqua", True), (None, True)]
