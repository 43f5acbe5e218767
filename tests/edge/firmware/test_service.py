"""A running gateway updates a device on a line that it polls, and goes on with it after a restart."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import msgspec
import pytest

from firmware_tools.flash.audit import AuditFile
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.progress import UpdateView
from firmware_tools.flash.record import UpdateRecord
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.image.image import FirmwareImage
from firmware_tools.image.release import FirmwareRelease, FirmwareTarget
from firmware_tools.repository.errors import RepositoryRefused
from gateway.cli.local import LocalError
from gateway.edge.firmware.repository import EdgeRepository
from gateway.edge.firmware.service import FlashService
from gateway.simulate.bootloaders.unit import Mode
from gateway.web.firmware.routes import DeviceAsk, FirmwareView, FlashAsk
from tests.edge.firmware.updating_gateway import PAYLOAD, UpdatingGateway, image, street, updating_gateway


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[UpdatingGateway]:
    async with street(tmp_path) as place, updating_gateway(place) as running:
        yield running


def ask(**changes: object) -> FlashAsk:
    return FlashAsk(**({"device": "led-1", "by": "tests", "image": image()} | changes))  # type: ignore[arg-type]


async def start(running: UpdatingGateway, **changes: object) -> FirmwareView:
    return await asyncio.to_thread(running.local.post, "/api/firmware/start", ask(**changes), FirmwareView)


async def views(running: UpdatingGateway) -> list[UpdateView]:
    return (await asyncio.to_thread(running.local.get, "/api/firmware/state", FirmwareView)).updates


async def ended(running: UpdatingGateway) -> UpdateView:
    async with asyncio.timeout(120):
        while not (found := await views(running)) or found[0].result is None:
            await asyncio.sleep(0.1)
    return found[0]


async def reaches(running: UpdatingGateway, share: float) -> None:
    async with asyncio.timeout(120):
        while not (found := await views(running)) or found[0].done_bytes < share * (found[0].total_bytes or 1):
            await asyncio.sleep(0.02)


async def test_a_device_is_updated_while_the_line_s_other_devices_are_read(one: UpdatingGateway) -> None:
    polls = one.street.meter.polls
    view = (await start(one)).updates[0]
    assert (view.device, view.result) == ("led-1", None)
    last = await ended(one)
    assert (last.result, last.from_version, last.read_back, last.by) == ("succeeded", "3.7.0", "3.9.0", "tests")
    assert one.street.led.application is not None
    assert one.street.led.application.content == PAYLOAD
    assert one.street.meter.polls > polls
    (entry,) = AuditFile(one.street.folder).last(5)
    assert (entry.result, entry.by, entry.read_back) == ("succeeded", "tests", "3.9.0")


async def test_what_an_update_reports_can_be_followed(one: UpdatingGateway) -> None:
    events = one.local.events("/api/firmware/events")
    assert (await asyncio.to_thread(next, events))[0] == "state"
    await start(one)
    seen: list[UpdateView] = []
    while not seen or seen[-1].result is None:
        kind, data = await asyncio.to_thread(next, events)
        assert kind == "update"
        seen.append(msgspec.convert(data, UpdateView))
    assert [view.phase for view in seen][-1] == "succeeded"
    assert len({view.done_bytes for view in seen}) > 5


async def test_an_update_that_was_stopped_goes_on_when_it_is_asked_for_again(one: UpdatingGateway) -> None:
    await start(one)
    await reaches(one, 0.2)
    view = (await asyncio.to_thread(one.local.post, "/api/firmware/pause", DeviceAsk(device="led-1"), FirmwareView)).updates[0]
    assert (view.result, view.phase) == ("paused", "sending")
    assert UpdateFiles(one.street.folder).unfinished()[0].paused
    await start(one)
    assert (await ended(one)).result == "succeeded"
    assert one.street.led.accepted < 1.5 * len(PAYLOAD) / 128


async def test_a_gateway_that_is_restarted_goes_on_by_itself(tmp_path: Path) -> None:
    async with street(tmp_path) as place:
        async with updating_gateway(place) as running:
            await start(running)
            await reaches(running, 0.3)
        assert [record.phase for record in UpdateFiles(tmp_path).unfinished()] == ["sending"]
        assert place.led.mode is Mode.BOOTLOADER
        async with updating_gateway(place) as running:
            async with asyncio.timeout(120):
                while UpdateFiles(tmp_path).unfinished():
                    await asyncio.sleep(0.1)
        assert place.led.application is not None
        assert place.led.application.version == "3.9.0"


async def test_an_image_for_another_model_is_refused_by_the_device_which_keeps_its_firmware(one: UpdatingGateway) -> None:
    await start(one, image=image(signature="wbmr6c"))
    view = await ended(one)
    assert (view.result, view.reason is not None and view.reason.code) == ("failed", "image_refused")
    assert one.street.led.application is not None
    assert one.street.led.application.version == "3.7.0"


async def test_a_device_that_a_failed_update_left_in_its_bootloader_is_helped_at_the_next_start(tmp_path: Path) -> None:
    async with street(tmp_path) as place:
        place.led.power_off()
        place.led.application = None  # of which only a part was written
        place.led.power_on()
        files, content = UpdateFiles(tmp_path), FirmwareImage(image(), "led.wbfw")
        files.save_image(content)
        files.save(
            UpdateRecord(
                device="led-1", line="street", by="tests", began_ms=0, image=content.sha256, name=content.name, size_bytes=1, chunks=12,
                phase="failed", stuck=True,
            )
        )  # fmt: skip
        async with updating_gateway(place), asyncio.timeout(120):
            while files.unfinished():
                await asyncio.sleep(0.1)
        assert place.led.application is not None
        assert place.led.application.version == "3.9.0"


async def test_a_device_that_is_unknown_or_can_t_be_updated_is_refused_at_once(one: UpdatingGateway) -> None:
    for device, status in (("led-2", 404), ("climate", 409)):
        with pytest.raises(LocalError) as refused:
            await start(one, device=device)
        assert refused.value.status == status


async def test_a_device_is_updated_once_at_a_time(one: UpdatingGateway) -> None:
    await start(one)
    with pytest.raises(LocalError, match="being updated"):
        await start(one)
    assert (await ended(one)).result == "succeeded"


async def test_a_device_without_an_image_in_any_repository_is_left_alone(one: UpdatingGateway) -> None:
    await start(one, image=None)
    view = await ended(one)
    assert (view.result, view.reason is not None and view.reason.code) == ("refused", "no_repository")


async def test_a_plan_says_what_would_happen_and_changes_nothing(one: UpdatingGateway) -> None:
    plan = await asyncio.to_thread(one.local.post, "/api/firmware/plan", ask())
    assert (plan["model"], plan["from_version"], plan.get("obstacle")) == ("wbled", "3.7.0", None)
    assert plan["about_s"] > 0
    assert await views(one) == []


class OneImage:
    """A repository with one image."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "led.wbfw"
        self._path.write_bytes(image())
        release = FirmwareRelease(vendor="Wiren Board", model="wbled", version="3.9.0", driver="wirenboard")
        self.target = FirmwareTarget("led.wbfw", len(image()), hashlib.sha256(image()).hexdigest(), release)

    async def image(self, name: str, sha256: str) -> tuple[FirmwareTarget, Path]:
        if (name, sha256) != ("led.wbfw", self.target.sha256):
            raise RepositoryRefused("unknown_target", "no such image", "immagine inesistente")
        return self.target, self._path


@pytest.fixture
async def ordered(one: UpdatingGateway) -> AsyncIterator[tuple[FlashService, OneImage]]:
    """The service as orders of the centre use it."""
    repository = OneImage(one.street.folder)
    service = FlashService(one.gateway._parts, cast("EdgeRepository", repository))
    yield service, repository
    await service.close()


async def test_an_order_of_the_centre_updates_a_device_and_says_how_far_it_is(
    one: UpdatingGateway, ordered: tuple[FlashService, OneImage]
) -> None:
    service, repository = ordered
    found = await service.inspect("led-1")
    assert (found.identity.model, found.identity.version, found.line) == ("wbled", "3.7.0", "street")
    assert found.bytes_per_s > 0
    seen: list[tuple[int, int]] = []
    identity = await service.update("led-1", "led.wbfw", repository.target.sha256, lambda *far: seen.append(far), "order 1")
    assert identity.version == "3.9.0"
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    again = await service.update("led-1", "led.wbfw", repository.target.sha256, lambda *_: None, "order 2")
    assert again.version == "3.9.0"
    assert [entry.result for entry in AuditFile(one.street.folder).last(5)] == ["succeeded", "unchanged"]


async def test_an_order_that_is_cancelled_ends_between_two_chunks_and_can_go_on(
    one: UpdatingGateway, ordered: tuple[FlashService, OneImage]
) -> None:
    service, repository = ordered
    reached = asyncio.Event()

    def progress(done: int, total: int) -> None:
        if total and done > total / 4:
            reached.set()

    order = asyncio.create_task(service.update("led-1", "led.wbfw", repository.target.sha256, progress, "order 1"))
    await reached.wait()
    order.cancel()
    with pytest.raises(asyncio.CancelledError):
        await order
    (record,) = UpdateFiles(one.street.folder).unfinished()
    assert (record.phase, record.paused) == ("sending", False)
    identity = await service.update("led-1", "led.wbfw", repository.target.sha256, lambda *_: None, "order 1")
    assert identity.version == "3.9.0"


async def test_an_order_that_can_t_be_followed_is_refused_with_a_code(ordered: tuple[FlashService, OneImage]) -> None:
    service, _ = ordered
    with pytest.raises(FlashRefused) as refused:
        await service.update("led-1", "led.wbfw", "0" * 64, lambda *_: None, "order 1")
    assert refused.value.code == "unknown_target"
    with pytest.raises(FlashRefused) as unsupported:
        await service.inspect("climate")
    assert unsupported.value.code == "no_driver"
