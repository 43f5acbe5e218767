"""The service of the Situation Room."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.centre.situation.port import RecordedAction, RevisionTaken, SituationsUnavailable
from gateway.centre.situation.service import SituationService, SituationUnknown
from gateway.centre.situation.settings import RoomRules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.model.instants import ms_of_iso
from gateway.situation.conflicts.comparison import ConflictRules
from gateway.situation.lifecycle.actions import Acknowledge, AddComment, Cancel, Confirm, Publish, Update
from gateway.situation.lifecycle.parties import THE_ROOM
from gateway.situation.lifecycle.permissions import ActionRefused, NotYours, StaleVersion
from gateway.situation.lifecycle.situation import Situation
from tests.situation.examples import CAP, CITELUM, COMUNE, NOW_MS, PUBLIACQUA, RULES, TOWN, VIA_ROMA, accident, works

ROOM_RULES = RoomRules(TOWN, RULES, ConflictRules())


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SituationService]:
    opened = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
    yield opened
    opened.close()


def publish(service: SituationService, name: str = "scavo-1", request: str | None = None, **changes: Any) -> None:
    service.do(name, Publish(id=name, content=works(**changes), geometry=VIA_ROMA), PUBLIACQUA, NOW_MS, request)


def test_what_is_done_is_stored_with_who_did_it(service: SituationService) -> None:
    publish(service)
    assert service.do("scavo-1", Acknowledge("accepted", 1), COMUNE, NOW_MS).state == "planned"
    assert [(one.recorded.organisation, type(one.recorded.action)) for one in service.history("scavo-1")] == [
        ("publiacqua", Publish), ("comune", Acknowledge),
    ]  # fmt: skip
    assert service.whole("scavo-1").properties.version == 2


def test_a_request_that_comes_twice_is_done_once(service: SituationService) -> None:
    publish(service, request="1")
    publish(service, request="1")
    service.do("scavo-1", AddComment("testo"), CITELUM, NOW_MS, "1")
    service.do("scavo-1", AddComment("testo"), CITELUM, NOW_MS, "1")
    assert len(service.history("scavo-1")) == 2


def test_what_changes_nothing_is_not_stored(service: SituationService) -> None:
    publish(service)
    service.do("scavo-1", Update(content=works(), geometry=VIA_ROMA, version=1), PUBLIACQUA, NOW_MS)
    assert len(service.history("scavo-1")) == 1


def test_who_may_not_see_a_situation_does_not_learn_that_it_exists(service: SituationService) -> None:
    publish(service)
    with pytest.raises(SituationUnknown) as hidden:
        service.do("scavo-1", AddComment("testo"), CAP, NOW_MS)
    with pytest.raises(SituationUnknown) as absent:
        service.do("scavo-9", AddComment("testo"), CAP, NOW_MS)
    assert str(hidden.value) == str(absent.value).replace("9", "1")
    for seen_by in ("cap", None):
        with pytest.raises(SituationUnknown):
            service.seen("scavo-1", seen_by)
    with pytest.raises(NotYours):
        service.do("scavo-1", Confirm(), CITELUM, NOW_MS)
    assert service.seen("scavo-1", "citelum").id == "scavo-1"


def test_an_action_about_a_version_is_refused_though_another_process_changes_it_at_the_last_moment(
    service: SituationService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(service)
    other = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
    get = service.store.get

    def read_and_be_late(situation: str) -> Situation | None:
        found = get(situation)
        monkeypatch.undo()
        other.do("scavo-1", Acknowledge("accepted", 1), COMUNE, NOW_MS)
        return found

    monkeypatch.setattr(service.store, "get", read_and_be_late)
    with pytest.raises(StaleVersion, match="scavo-1 has version 2"):
        service.do("scavo-1", Cancel("rinviato"), PUBLIACQUA, NOW_MS, versions={1})
    assert service.do("scavo-1", Cancel("rinviato"), PUBLIACQUA, NOW_MS, versions={1, 2}).state == "cancelled"
    with pytest.raises(SituationUnknown):
        service.do("scavo-1", AddComment("testo"), CAP, NOW_MS, versions={9})
    other.close()


@pytest.mark.parametrize(
    ("organisation", "names"), [("publiacqua", ["incidente", "scavo-1"]), ("cap", ["incidente"]), (None, ["incidente"])]
)
def test_everybody_lists_what_he_may_see(service: SituationService, organisation: str | None, names: list[str]) -> None:
    publish(service)
    service.do("incidente", Publish(id="incidente", content=accident(), geometry=None), COMUNE, NOW_MS)
    assert [one.id for one in service.visible(organisation)] == names
    assert len(service.everything()) == 2


def test_time_does_what_is_due_once_and_in_order(service: SituationService) -> None:
    publish(service)
    assert service.pass_time(NOW_MS) == []
    assert service.next_due_ms() == ms_of_iso("2026-11-10T00:00:00+01:00")
    (changed,) = service.pass_time(ms_of_iso("2026-12-20T00:00:00+01:00"))
    assert changed.state == "cancelled", "accepted by silence, then its start has passed, then the margin after it"
    assert [one.recorded.action.__struct_config__.tag for one in service.history("scavo-1")] == [
        "publish",
        "accept-by-silence",
        "pass-start",
        "lapse",
    ]


def test_what_another_process_has_changed_is_due_when_that_says(service: SituationService, tmp_path: Path) -> None:
    publish(service)
    other = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
    other.do("scavo-1", Cancel("rinviato"), PUBLIACQUA, NOW_MS)
    other.close()
    assert service.next_due_ms() is not None, "it does not know yet"
    assert service.pass_time(ms_of_iso("2026-11-10T00:00:00+01:00")) == []
    assert service.next_due_ms() is None


def test_what_another_process_has_done_is_known_after_catching_up(service: SituationService, tmp_path: Path) -> None:
    publish(service)
    other = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
    publish(other, "scavo-2", timing={"planned_start": "2026-11-20", "planned_end": "2026-12-22"})
    assert service.conflicts("scavo-1") == []
    before = service.number
    service.catch_up()
    assert (before, service.number, other.number) == (1, 2, 2)
    assert [one.other for one in service.conflicts("scavo-1")] == ["scavo-2"]
    other.do("scavo-1", Cancel("rinviato"), PUBLIACQUA, NOW_MS)
    other.do("scavo-2", Cancel("rinviato"), PUBLIACQUA, NOW_MS)
    service.catch_up()
    assert service.next_due_ms() is None
    other.close()


def test_what_was_not_written_together_is_forgotten(service: SituationService, tmp_path: Path) -> None:
    class Full(SqliteSituations):
        @contextlib.contextmanager
        def together(self) -> Iterator[None]:
            with super().together():
                yield
                raise SituationsUnavailable("the disk is full")

    publish(service)
    full = SituationService(Full(tmp_path / "situations.sqlite"), ROOM_RULES)
    found = []

    def publish_together() -> None:
        with full.together():
            publish(full, "scavo-2")
            found.extend(full.conflicts("scavo-1"))

    with pytest.raises(SituationsUnavailable):
        publish_together()
    assert [one.other for one in found] == ["scavo-2"]
    assert [one.id for one in full.everything()] == ["scavo-1"]
    full.catch_up()
    assert full.conflicts("scavo-1") == []
    assert full.number == 1
    full.close()


def test_conflicts_are_found_after_each_change_and_by_a_new_process(service: SituationService, tmp_path: Path) -> None:
    publish(service)
    publish(service, "scavo-2", timing={"planned_start": "2026-12-20", "planned_end": "2026-12-22"})
    assert [one.other for one in service.conflicts("scavo-1")] == ["scavo-2"]
    assert service.conflicts("scavo-1")[0].grounds == ("street", "geometry")
    assert service.opportunities("scavo-1") == [], "it would dig with itself"
    again = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
    assert again.conflicts("scavo-2") == service.conflicts("scavo-2")
    again.close()
    service.do("scavo-2", Cancel("rinviato"), PUBLIACQUA, NOW_MS)
    assert service.conflicts("scavo-1") == []
    assert service.conflicts("scavo-2") == []


def test_two_organisations_that_dig_together_are_told_what_that_saves(service: SituationService) -> None:
    publish(service)
    service.do("fibra", Publish(id="fibra", content=works(), geometry=VIA_ROMA), CITELUM, NOW_MS)
    (found,) = service.opportunities("fibra")
    assert (found.other, found.saved_area_m2) == ("scavo-1", 20)


def test_a_situation_says_for_whom_it_waits(service: SituationService) -> None:
    publish(service)
    assert [(one.organisation, one.about) for one in service.open_questions("scavo-1")] == [("comune", "proposal")]
    service.do("scavo-1", Acknowledge("accepted", 1), COMUNE, NOW_MS)
    assert service.open_questions("scavo-1") == []


class _Contended(SqliteSituations):
    """A store in which somebody else is always faster."""

    def append(self, recorded: RecordedAction) -> int:
        raise RevisionTaken(recorded.situation.id)


def test_who_is_never_first_is_told_so(tmp_path: Path) -> None:
    service = SituationService(_Contended(tmp_path / "situations.sqlite"), ROOM_RULES)
    with pytest.raises(ActionRefused, match="others keep changing scavo-1"):
        publish(service)
    service.close()


def test_the_room_has_no_requests(service: SituationService) -> None:
    publish(service)
    assert service.do("scavo-1", Cancel("x"), COMUNE, NOW_MS, "1").state == "cancelled"
    with pytest.raises(ActionRefused):
        service.do("scavo-1", Confirm(), THE_ROOM, NOW_MS, "1")
