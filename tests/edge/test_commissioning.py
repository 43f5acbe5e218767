"""Devices are put into service beside the polling of a running gateway."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from gateway.config.site_file import site_of_text
from gateway.edge.commissioning import LocalCommissioning
from gateway.provision.commission.candidate import CandidateDevice
from gateway.provision.commission.device_change import DeviceChange
from gateway.provision.diagnosis.cause import CauseKind
from gateway.staging.configuration import Configuration
from gateway.web.json_api import ApiError
from gateway.web.technician.commission_routes import CopyAsk, ReaddressAsk
from tests.edge.services.polled_line import PolledLine, polled_line
from tests.provision.faults.meters import Hookup, meter
from tests.provision.units import product


class Rig:
    def __init__(self, polled: PolledLine) -> None:
        self.polled, self.configuration = polled, Configuration(polled.site, polled.site.parent / "state")
        self.service = LocalCommissioning(polled.gateway._parts, self.configuration)
        self.port = polled.bus.pty.path

    @property
    def staged(self) -> str | None:
        """The text that is staged."""
        staged = self.configuration.ledger.staged
        return None if staged is None else self.configuration.store.text(staged.hash)

    def wish(self, **keys: object) -> CandidateDevice:
        usual = {"target": self.port, "settings": "9600 8N1", "unit": 2, "profile": "eastron_sdm630", "asset": "QE 042"}
        return msgspec.convert(usual | keys, CandidateDevice)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    units = [product(1, "xy_md02"), meter(2, "eastron_sdm630", Hookup(signs=(1, -1, 1)))]
    async with polled_line(tmp_path, units) as polled:
        yield Rig(polled)


async def test_a_device_is_read_before_it_is_saved_and_polling_goes_on(rig: Rig) -> None:
    trial = await rig.service.try_(rig.wish(asset=""))
    assert any(one.field == "voltage_l1" and one.value is not None for one in trial.values)
    assert [one.kind for one in trial.findings] == [CauseKind.CT_TURNED.value]
    assert "L2" in trial.findings[0].sentence.it


async def test_devices_are_staged_one_after_the_other_with_their_places_and_copies(rig: Rig) -> None:
    await rig.service.stage(rig.wish(lat=43.9, lon=11.1, every_s=5.0, copies=2))
    await rig.service.stage(rig.wish(unit=9, asset="qe-050"))
    await rig.service.stage(CandidateDevice(target="192.0.2.7", profile="eastron_sdm120", unit=1, asset="qe-060"))
    site = site_of_text(rig.staged or "", "site.yaml").site
    street = [(one.id, one.unit, one.every) for one in site.lines[0].devices]
    assert street == [
        ("climate", 1, 1.0), ("qe-042-meter", 2, 5.0), ("qe-043-meter", 3, 5.0), ("qe-044-meter", 4, 5.0), ("qe-050-meter", 9, None),
    ]  # fmt: skip
    assert (site.lines[2].id, site.lines[2].tcp) == ("tcp-192-0-2-7", "192.0.2.7:502")
    assert site.assets["qe-042"].lat == 43.9
    copied = await rig.service.copy(CopyAsk(device="qe-050-meter", times=1))
    assert copied.devices == ["qe-051-meter"]


async def test_what_can_not_be_staged_is_refused_and_nothing_changes(rig: Rig) -> None:
    for wish in (rig.wish(asset=""), rig.wish(unit=1), rig.wish(target="//"), rig.wish(settings="fast")):
        with pytest.raises(ApiError) as refused:
            await rig.service.stage(wish)
        if wish.settings == "9600 8N1":
            assert refused.value.status_code == 409
    assert rig.staged is None
    with pytest.raises(ApiError, match="unknown product"):
        await rig.service.stage(rig.wish(profile="no_such"))


async def test_a_port_under_another_name_is_the_line_that_uses_it(rig: Rig, tmp_path: Path) -> None:
    link = tmp_path / "by-path"
    link.symlink_to(rig.port)
    await rig.service.stage(rig.wish(target=str(link)))
    assert [len(line.devices) for line in site_of_text(rig.staged or "", "site.yaml").site.lines] == [2, 1]


async def test_the_load_of_the_line_is_predicted(rig: Rig) -> None:
    load = await rig.service.load(rig.wish(every_s=1.0, copies=1))
    assert 0 < load.before < load.after


async def test_a_device_is_changed_by_form_with_the_load_that_it_costs(rig: Rig) -> None:
    assert (await rig.service.form("climate")).every_s == 1.0
    change = DeviceChange(device="climate", every_s=10.0)
    load = await rig.service.load_of_change(change)
    assert 0 < load.after < load.before
    await rig.service.change(change)
    assert site_of_text(rig.staged or "", "site.yaml").site.lines[0].devices[0].every == 10.0
    assert (await rig.service.form("climate")).every_s == 10.0
    with pytest.raises(ApiError, match="there is no device"):
        await rig.service.form("no-such")


async def test_a_serial_device_server_becomes_a_line_of_its_own(rig: Rig) -> None:
    wish = CandidateDevice(target="192.0.2.7:4001", rtu_over_tcp=True, profile="eastron_sdm120", unit=1, asset="qe-060")
    await rig.service.stage(wish)
    await rig.service.stage(msgspec.structs.replace(wish, unit=2, asset="qe-061"))
    line = site_of_text(rig.staged or "", "site.yaml").site.lines[2]
    assert (line.rtu_over_tcp, line.tcp, len(line.devices)) == ("192.0.2.7:4001", None, 2)


async def test_values_of_one_device_alone_have_nothing_to_disagree_with(rig: Rig) -> None:
    await asyncio.wait_for(_read_once(rig), 60)
    assert rig.service.plausibility() == []


async def _read_once(rig: Rig) -> None:
    while not list(rig.polled.gateway._parts().lines.latest()):
        await asyncio.sleep(0.05)


async def test_the_register_is_imported_and_listed(rig: Rig) -> None:
    assert await rig.service.register() == []
    done = await rig.service.import_register(b"id,name,lat,lon\nQE-9,Nine,43.8,11.1\n,,,\n")
    assert done.imported == 1
    (entry,) = await rig.service.register()
    assert (entry.asset, entry.name, entry.lat) == ("qe-9", "Nine", 43.8)
    with pytest.raises(ApiError):
        await rig.service.import_register(b"nothing")


async def test_products_are_listed(rig: Rig) -> None:
    assert "eastron_sdm630" in [one.profile for one in await rig.service.products()]


async def test_counters_of_few_requests_suggest_nothing(rig: Rig) -> None:
    assert rig.service.advice() == []


async def test_a_line_is_checked_while_its_polls_wait(rig: Rig) -> None:
    verdict = await rig.service.check("climate")
    assert verdict.line == "street"
    assert [one.device for one in verdict.devices] == ["climate"]
    with pytest.raises(ApiError, match="unknown line or device"):
        await rig.service.check("no-such")


async def test_an_address_is_previewed_and_refused_if_somebody_is_there(rig: Rig) -> None:
    shown = await rig.service.readdress(ReaddressAsk(device="climate", new=7))
    assert "01 06 01 01 00 07" in shown.preview.en
    assert shown.result is None
    with pytest.raises(ApiError, match="responds at 2 already"):
        await rig.service.readdress(ReaddressAsk(device="climate", new=2, write=True))
