"""Situations with their earlier versions."""

from pathlib import Path

import pytest

from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.situation.formats.exporting import exported_situation
from gateway.situation.lifecycle.actions import AddComment, Begin, End, Publish, Update
from gateway.web.situation.feeds.versions import SituationVersions
from tests.situation.examples import CITELUM, COMUNE, NOW_MS, ROME, VIA_ROMA, accident
from tests.web.situation.served import ROOM_RULES

_DAY_MS = 86_400_000


@pytest.fixture
def service(tmp_path: Path) -> SituationService:
    made = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
    made.do("a", Publish(id="a", content=accident(), geometry=VIA_ROMA), CITELUM, NOW_MS)
    return made


def test_what_is_read_step_by_step_is_what_the_whole_history_says(service: SituationService) -> None:
    versions = SituationVersions(PresentSituations(ROME))
    severities = ["low", "high", "medium"]
    for number, severity in enumerate(severities, 1):
        service.do("a", AddComment(text="x"), COMUNE, NOW_MS + number)
        service.do("a", Update(content=accident(severity=severity), geometry=VIA_ROMA, version=number), CITELUM, NOW_MS + number)
        for recipient in (None, "citelum"):
            assert versions.names(service, recipient, NOW_MS) == ["a"]
            (found,) = versions.read(service, ["a"], recipient)
            whole = exported_situation(
                [(one.number, one.recorded.situation) for one in service.history("a")], recipient, service.rules.parties
            )
            assert whole is not None
            assert (found.seen, found.number, found.created) == (whole.seen, whole.number, whole.created)
            assert [one.properties.version for one in found.earlier] == [one.properties.version for one in whole.earlier]
    service.close()


def test_only_the_first_version_and_the_last_ones_are_remembered(service: SituationService) -> None:
    for number in range(1, 31):
        severity = ("low", "high")[number % 2]
        service.do("a", Update(content=accident(severity=severity), geometry=VIA_ROMA, version=number), CITELUM, NOW_MS + number)
    (found,) = SituationVersions(PresentSituations(ROME)).read(service, ["a"], None)
    assert [one.properties.version for one in found.earlier] == [1, *range(11, 31)]
    service.close()


def test_what_has_been_over_for_a_week_is_in_no_feed(service: SituationService) -> None:
    versions = SituationVersions(PresentSituations(ROME))
    if service.seen("a", None).properties.state != "active":
        service.do("a", Begin(), CITELUM, NOW_MS)
    service.do("a", End(), CITELUM, NOW_MS + 1)
    assert versions.names(service, None, NOW_MS + 7 * _DAY_MS) == ["a"]
    assert versions.names(service, None, NOW_MS + 7 * _DAY_MS + 1) == []
    service.close()
