"""The settings of the Situation Room."""

from gateway.centre.situation.settings import room_rules
from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.model.site.situation.room import SituationSettings, WorksDaysSettings
from gateway.situation.event.kinds import SituationKind, WorksCategory
from gateway.situation.times.periods import ANSWER, NOTICE, DayCount
from tests.situation.examples import ROME

TWO = {"comune": OrganisationSettings(title="Comune", authority=True), "cap": OrganisationSettings(kinds=["traffic"])}


def test_without_settings_the_periods_are_those_of_street_manager() -> None:
    rules = room_rules(SituationSettings(organisations=TWO), ROME)
    assert (dict(rules.times.notice), dict(rules.times.answer)) == (dict(NOTICE), dict(ANSWER))
    assert (rules.times.silence, rules.times.working_days.patron, rules.conflicts.near_m) == ("accept", None, 30)
    assert rules.parties.authorities == {"comune"}


def test_a_site_changes_what_it_names() -> None:
    settings = SituationSettings(
        organisations=TWO, patron="12-26", silence="escalate", answer=WorksDaysSettings(minor=1), near_m=50, no_dig_years=3
    )
    rules = room_rules(settings, ROME)
    assert rules.times.answer[WorksCategory.MINOR] == DayCount(1)
    assert rules.times.answer[WorksCategory.MAJOR_ADVANCE] == DayCount(28, working=False)
    assert rules.times.working_days.patron == (12, 26)
    assert (rules.times.silence, rules.conflicts.near_m, rules.conflicts.no_dig_years) == ("escalate", 50, 3)


def test_an_organisation_without_title_is_shown_by_its_name_and_publishes_its_kinds() -> None:
    cap = room_rules(SituationSettings(organisations=TWO), ROME).parties.get("cap")
    assert cap is not None
    assert cap.title == "cap"
    assert cap.may_publish(SituationKind.TRAFFIC)
    assert not cap.may_publish(SituationKind.ROADWORKS)
