"""The address of a real (simulated) device is changed and verified, through the driver of its line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.line.guarded_driver import GuardedDriver
from gateway.fieldbus.line_factory import lone_driver
from gateway.host import clock
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.commission.readdress import ReaddressError, ReaddressPlan, ReaddressResult, plan_readdress
from gateway.provision.commission.readdressing import readdress
from tests.provision.products import LIBRARY
from tests.provision.units import Unit, product, tcp_units

AT = 128
NAME = "wirenboard_mr6c"


class Relay(Unit):
    """A relay that stores a new address, and uses it at once, after a restart, or never."""

    at_once = True
    stores = True
    refuses = False

    def answer(self, pdu: bytes) -> bytes:
        if pdu[0] != 6:
            return super().answer(pdu)
        if self.refuses:
            return b"\x86\x03"
        new = int.from_bytes(pdu[3:5], "big")
        if self.stores:
            self.tables[3][AT] = new
        if self.at_once and self.stores:
            self.number = new
        return pdu


def relay(**behaviour: bool) -> Relay:
    base = product(1, NAME)
    found = Relay(1, base.tables)
    found.tables[3][AT] = 1
    for name, value in behaviour.items():
        setattr(found, name, value)
    return found


@asynccontextmanager
async def prepared(*units: Unit, new: int = 12) -> AsyncIterator[tuple[GuardedDriver, ReaddressPlan]]:
    settings = DeviceSettings(id="relay", profile=NAME, unit=1)
    device = bind(settings, LIBRARY.get(NAME), {})
    async with tcp_units(units) as (host, port):
        driver = lone_driver(LineSettings(id="line", tcp=f"{host}:{port}", devices=[settings]), device, clock.now_ms)
        try:
            yield driver, plan_readdress(device, new, set())
        finally:
            driver.close()


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        ({}, ReaddressResult.DONE),
        ({"at_once": False}, ReaddressResult.AFTER_RESTART),
        ({"stores": False}, ReaddressResult.UNCHANGED),
        ({"refuses": True}, ReaddressResult.REFUSED),
    ],
)
async def test_the_address_is_written_and_read_back(behaviour: dict[str, bool], result: ReaddressResult) -> None:
    unit = relay(**behaviour)
    async with prepared(unit) as (driver, plan):
        assert await readdress(driver.execute, plan) is result
    assert unit.number == (12 if result is ReaddressResult.DONE else 1)


async def test_nothing_is_written_if_somebody_is_at_the_new_address() -> None:
    unit = relay()
    async with prepared(unit, product(12, "eastron_sdm120")) as (driver, plan):
        with pytest.raises(ReaddressError, match="responds at 12 already"):
            await readdress(driver.execute, plan)
    assert unit.tables[3][AT] == 1


async def test_nothing_is_written_if_the_device_does_not_respond() -> None:
    async with prepared(product(7, "eastron_sdm120")) as (driver, plan):
        with pytest.raises(ReaddressError, match="does not respond at 1"):
            await readdress(driver.execute, plan)
