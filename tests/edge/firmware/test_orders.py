"""Orders about firmware: followed once, in their time, over a restart, and answered whatever happens."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.errors import FlashFailed, FlashRefused
from gateway.edge.firmware import order_ledger
from gateway.edge.firmware.orders import FirmwareOrders, InspectedDevice
from gateway.host.mqtt import Disconnected
from gateway.model.messages import FirmwareAnswer, FirmwareIdentification, FirmwareOrder

SHA = "ab" * 32
NEW = FirmwareIdentity("WBMR6C", "6c", "1.26.0")


def order(name: str = "r1-0-1", action: str = "update", begin_by_ms: int = 1000, end_by_ms: int = 60_000) -> FirmwareOrder:
    return FirmwareOrder(name, action, begin_by_ms, end_by_ms, "wb/mr6c.wbfw", SHA)  # type: ignore[arg-type]


class Street:
    """Devices whose updates end when the test lets them."""

    def __init__(self) -> None:
        self.updates: list[tuple[str, str, str, str]] = []
        self.let = asyncio.Event()
        self.failure: Exception | None = None
        self.paused = 0

    async def inspect(self, device: str) -> InspectedDevice:
        if self.failure is not None:
            raise self.failure
        return InspectedDevice(FirmwareIdentity("WBMR6C", "6c", "1.24.0"), "bus", 440.0)

    async def update(self, device: str, target: str, sha256: str, progress: Callable[[int, int], None], by: str) -> FirmwareIdentity:
        self.updates.append((device, target, sha256, by))
        progress(10, 100)
        try:
            await self.let.wait()
        except asyncio.CancelledError:
            self.paused += 1
            raise
        if self.failure is not None:
            raise self.failure
        return NEW


class Gateway:
    """A gateway that follows orders; `run` is one run of its process."""

    def __init__(self, folder: Path) -> None:
        self.street, self.now_ms, self.said = Street(), 0, list[FirmwareAnswer]()
        self.connected = True
        self._ledger = folder / "firmware" / "orders.json"
        self.run()

    def run(self) -> None:
        self.orders = FirmwareOrders(self._ledger, self.street, self._publish, lambda: self.now_ms)

    async def _publish(self, device: str, payload: bytes) -> None:
        if not self.connected:
            raise Disconnected("not connected")
        assert device == "relay-1"
        self.said.append(msgspec.json.decode(payload, type=FirmwareAnswer))

    async def receive(self, one: FirmwareOrder) -> None:
        self.orders.receive("relay-1", one)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    @property
    def states(self) -> list[str]:
        return [one.state for one in self.said]


@pytest.fixture
async def gateway(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path)


async def test_an_order_is_followed_once_however_often_it_comes(gateway: Gateway) -> None:
    await gateway.receive(order())
    await gateway.receive(order())
    gateway.street.let.set()
    await gateway.settle()
    await gateway.receive(order())
    assert gateway.street.updates == [("relay-1", "wb/mr6c.wbfw", SHA, "order r1-0-1")]
    assert gateway.states == ["accepted", "running", "running", "succeeded", "succeeded"]
    assert gateway.said[-1].found == FirmwareIdentification("", 0.0, "WBMR6C", "6c", "1.26.0")
    assert (gateway.said[1].done_bytes, gateway.said[1].total_bytes) == (10, 100)


async def test_an_order_that_comes_too_late_is_not_begun(gateway: Gateway) -> None:
    gateway.now_ms = 1001
    await gateway.receive(order())
    assert (gateway.street.updates, gateway.said[0].state, gateway.said[0].code, gateway.said[0].again) == ([], "refused", "expired", True)


async def test_a_withdrawn_order_is_not_begun_even_if_it_comes_after_its_withdrawal(gateway: Gateway) -> None:
    await gateway.receive(order(action="cancel"))
    await gateway.receive(order())
    assert (gateway.street.updates, gateway.states) == ([], ["refused", "refused"])


async def test_an_update_that_has_begun_is_not_withdrawn(gateway: Gateway) -> None:
    await gateway.receive(order())
    await gateway.receive(order(action="cancel"))
    gateway.street.let.set()
    await gateway.settle()
    assert gateway.states[-1] == "succeeded"
    assert not gateway.street.paused


@pytest.mark.parametrize(
    ("failure", "state", "code", "again"),
    [
        (FlashRefused("wrong_hardware", "another hardware", "altro hardware"), "refused", "wrong_hardware", False),
        (FlashRefused("no_power", "no power", "senza rete"), "refused", "no_power", True),
        (FlashFailed("transfer_lost", "it is silent", "muto", again=True), "failed", "transfer_lost", True),
        (FlashFailed("image_refused", "refused " * 200, "rifiutato", again=False), "failed", "image_refused", False),
    ],
)
async def test_why_an_update_did_not_succeed_is_said(gateway: Gateway, failure: Exception, state: str, code: str, again: bool) -> None:
    gateway.street.failure = failure
    gateway.street.let.set()
    await gateway.receive(order())
    said = gateway.said[-1]
    assert (said.state, said.code, said.again, said.en) == (state, code, again, str(failure)[:512])
    await gateway.receive(order("r1-0-2", "inspect"))
    assert (gateway.said[-1].state, gateway.said[-1].code) == ("refused", code)


async def test_an_update_whose_time_is_over_is_paused_and_may_come_again(gateway: Gateway) -> None:
    gateway.now_ms = 500
    await gateway.receive(order(end_by_ms=500))
    await gateway.settle()
    assert (gateway.said[-1].state, gateway.said[-1].code, gateway.said[-1].again) == ("failed", "deadline", True)
    assert gateway.street.paused == 1


async def test_an_update_goes_on_after_a_restart_and_one_that_ended_is_not_repeated(gateway: Gateway) -> None:
    await gateway.receive(order())
    await gateway.orders.close()
    gateway.run()
    gateway.orders.resume()
    gateway.street.let.set()
    await gateway.settle()
    assert len(gateway.street.updates) == 2
    assert gateway.states[-1] == "succeeded"
    gateway.run()
    gateway.orders.resume()
    await gateway.receive(order())
    assert len(gateway.street.updates) == 2
    assert gateway.states[-1] == "succeeded"


async def test_what_is_said_without_a_connection_is_said_when_the_order_comes_again(gateway: Gateway) -> None:
    gateway.connected = False
    gateway.street.let.set()
    await gateway.receive(order())
    gateway.connected = True
    await gateway.receive(order())
    assert gateway.states == ["succeeded"]


async def test_an_inspection_says_what_the_device_and_its_line_are(gateway: Gateway) -> None:
    await gateway.receive(order(action="inspect"))
    assert gateway.said == [FirmwareAnswer("r1-0-1", "succeeded", found=FirmwareIdentification("bus", 440.0, "WBMR6C", "6c", "1.24.0"))]


async def test_an_order_that_can_not_be_remembered_is_not_begun(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(order_ledger, "write_whole", full)
    await gateway.receive(order())
    assert (gateway.street.updates, gateway.said[0].code, gateway.said[0].again) == ([], "disk", True)
