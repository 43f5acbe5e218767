"""Roll-outs are stored before orders are given, and go on after a kill."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.state import DeviceStage, RolloutState
from gateway.centre.firmware.file import RolloutFile
from gateway.centre.firmware.manager import RolloutManager
from gateway.centre.firmware.store_access import RolloutStore
from gateway.model.messages import FirmwareAnswer, FirmwareIdentification, FirmwareOrder, RolloutsMessage
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, StoreSettings
from gateway.model.topics import GatewayId
from tests.centre.firmware.test_sight import city
from tests.firmware_tools.rollout.rollouts import EVENING_MS, RELEASE, known, rollout, street


class Centre:
    """A manager with a file on disk; `new` is the manager of the next run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.sent = folder, list[tuple[str, FirmwareOrder]]()
        self.commands = RolloutFile(folder / "rollouts.sqlite")
        self.new()

    def new(self) -> None:
        settings = StoreSettings(history=HistorySettings(path=str(self.folder / "history.sqlite")))
        store = RolloutStore(CentreSettings(broker="mqtt://127.0.0.1", store=settings))
        self.manager = RolloutManager("prato", self.folder / "rollouts.sqlite", store, self._send)
        for gateway in ("gw-0", "gw-1"):
            self.manager.sight.hear_gateway(GatewayId("prato", "citelum", gateway), b'{"state":"online"}')

    def _send(self, topic: str, payload: bytes) -> None:
        self.sent.append((topic, msgspec.json.decode(payload, type=FirmwareOrder)))

    def orders(self) -> list[str]:
        return sorted(order.order for _, order in self.sent)

    def begin(self) -> int:
        return self.commands.request("start", "", "anna", EVENING_MS, msgspec.msgpack.encode(rollout(street(2, 1, 3))))

    def statuses(self) -> list[Any]:
        return msgspec.json.decode(self.manager.message(), type=RolloutsMessage).rollouts


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return Centre(tmp_path)


async def test_a_request_starts_a_roll_out_and_its_orders_are_stored_before_they_are_sent(centre: Centre) -> None:
    number = centre.begin()
    await centre.manager.step(EVENING_MS, sees=True)
    assert centre.commands.answer_to(number) == (True, None)
    assert centre.orders() == [f"r{number}-0-1", f"r{number}-1-1"]
    stored = centre.commands.get(f"r{number}")
    assert stored is not None
    assert stored.count(DeviceStage.ORDERED) == 2
    assert [(one.id, one.stages) for one in centre.statuses()] == [(f"r{number}", {"waiting": 4, "ordered": 2})]
    await centre.manager.close()


async def test_a_manager_that_was_killed_after_it_stored_an_order_gives_it_when_it_runs_again(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.begin()
    monkeypatch.setattr(centre.manager, "_send", lambda _: None)
    await centre.manager.step(EVENING_MS, sees=True)
    assert centre.sent == []
    centre.new()
    await centre.manager.step(EVENING_MS + 1000, sees=True)
    assert centre.orders() == ["r1-0-1", "r1-1-1"]
    await centre.manager.close()


async def test_while_the_disk_is_full_no_order_is_given_and_afterwards_each_once(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    centre.begin()
    with monkeypatch.context() as patch:
        patch.setattr(centre.manager._recorder.file, "save", full)
        await centre.manager.step(EVENING_MS, sees=True)
        await centre.manager.step(EVENING_MS + 1000, sees=True)
        assert centre.sent == []
        assert centre.manager.failing
    await centre.manager.step(EVENING_MS + 2000, sees=True)
    assert centre.orders() == ["r1-0-1", "r1-1-1"]
    assert not centre.manager.failing
    await centre.manager.close()


async def test_without_a_connection_nobody_is_ordered_or_judged_but_people_are_answered(centre: Centre) -> None:
    number = centre.begin()
    await centre.manager.step(EVENING_MS, sees=False)
    assert centre.commands.answer_to(number) == (True, None)
    assert centre.sent == []
    second = centre.commands.request("pause", "r9", "anna", EVENING_MS)
    await centre.manager.step(EVENING_MS, sees=False)
    assert centre.commands.answer_to(second) == (True, "roll-out r9 has ended")
    await centre.manager.close()


async def test_a_device_is_remembered_as_it_was_before_its_update(centre: Centre) -> None:
    centre.begin()
    topic = "prato/v1/citelum/city/relay/pl-1"
    payload = (
        city({}, gateway="gw-0")
        .replace(b"relay-7", b"d-0-0")
        .replace(b'"values":{}', b'"values":{"state":{"quality":"Good","value":true}}')
    )
    centre.manager.sight.hear_city(topic, payload)
    await centre.manager.step(EVENING_MS, sees=True)
    stored = centre.commands.get("r1")
    assert stored is not None
    assert [str(name) for name, _ in stored.devices[0].was.values] == ["relay.state"]
    await centre.manager.close()


async def test_an_update_is_known_in_the_inventory_and_in_the_log(centre: Centre) -> None:
    name = DeviceName("citelum", "gw-0", "d-0-0")
    centre.commands.save_known([known("gw-0", "d-0-0")])
    centre.new()
    centre.begin()
    await centre.manager.step(EVENING_MS, sees=True)
    found = FirmwareIdentification("line-0", 1.0, version=RELEASE.version)
    centre.manager.hear_answer(name, FirmwareAnswer("r1-0-1", "succeeded", found=found), EVENING_MS + 5000)
    await centre.manager.step(EVENING_MS + 6000, sees=True)
    assert [one.version for one in centre.commands.known()] == [RELEASE.version]
    assert ("citelum/gw-0/d-0-0", "updated") in [(one.device, one.text.en) for one in centre.commands.log("r1", 100)]
    await centre.manager.store_counts(EVENING_MS + 7000)
    assert {one.state for one in centre.manager.book.rollouts} == {RolloutState.RUNNING}
    await centre.manager.close()


async def test_devices_are_asked_what_they_are_and_the_request_ends_when_all_were(centre: Centre) -> None:
    name = DeviceName("citelum", "gw-0", "d-0-0")
    centre.commands.save_known([known("gw-0", "d-0-0", None, model=None)])
    centre.new()
    number = centre.commands.request("ask", "", "", EVENING_MS, msgspec.msgpack.encode([name, DeviceName("citelum", "gone", "x")]))
    await centre.manager.step(EVENING_MS, sees=True)
    assert [(topic, order.action) for topic, order in centre.sent] == [("prato/v1/citelum/gw/gw-0/cmd/d-0-0", "inspect")]
    answer = FirmwareAnswer(f"q{number}-0", "succeeded", found=FirmwareIdentification("bus", 440.0, "WBMR6C", "6c", "1.24.0"))
    centre.manager.hear_answer(name, answer, EVENING_MS)
    for later in (1000, 2000):
        await centre.manager.step(EVENING_MS + later, sees=True)
    assert centre.commands.answer_to(number) == (True, None)
    assert centre.commands.known()[0].line == "bus"
    await centre.manager.close()


async def test_a_question_that_is_none_is_answered_with_a_sentence(centre: Centre) -> None:
    number = centre.commands.request("ask", "", "", EVENING_MS, b"\xc1")
    await centre.manager.step(EVENING_MS, sees=True)
    assert "can't read the question" in (centre.commands.answer_to(number)[1] or "")
    await centre.manager.close()
