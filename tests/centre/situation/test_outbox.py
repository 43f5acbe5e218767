"""What recipients are sent."""

from pathlib import Path

from gateway.centre.situation.outbox import notices_since
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import RoomRules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.situation.conflicts.comparison import ConflictRules
from gateway.situation.lifecycle.actions import Acknowledge, Publish, Update
from tests.situation.examples import COMUNE, NOW_MS, PUBLIACQUA, RULES, TOWN, VIA_ROMA, works


def test_what_recipients_are_sent_continues_after_what_was_sent(tmp_path: Path) -> None:
    store = SqliteSituations(tmp_path / "situations.sqlite")
    service = SituationService(store, RoomRules(TOWN, RULES, ConflictRules()))
    service.do("scavo-1", Publish(id="scavo-1", content=works(), geometry=VIA_ROMA), PUBLIACQUA, NOW_MS)
    service.do("scavo-1", Acknowledge("seen", 1), COMUNE, NOW_MS)
    service.do("scavo-1", Update(content=works(audience={}), geometry=VIA_ROMA, version=1), PUBLIACQUA, NOW_MS)
    sent = notices_since(store, TOWN, 0, 10)
    assert [(number, one.recipient, one.seen is not None) for number, one in sent] == [
        (1, "citelum", True), (1, "comune", True), (1, "publiacqua", True),
        (2, "citelum", True), (2, "comune", True), (2, "publiacqua", True),
        (3, "citelum", False), (3, "comune", True), (3, "publiacqua", True),
    ]  # fmt: skip
    assert notices_since(store, TOWN, 2, 10) == sent[6:]
    assert notices_since(store, TOWN, 0, 1) == sent[:3]
    service.close()
