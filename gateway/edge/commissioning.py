"""Puts devices into service beside the polling, for `gateway.web.technician.commission_routes`."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import EdgeSite, LoadedSite, site_of_text
from gateway.edge.lines import LatestReading
from gateway.edge.services.lookup import device_named
from gateway.edge.services.parts import Present
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, Outcome
from gateway.fieldbus.line.guarded_driver import DriverFault
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.profile import Profile
from gateway.model.quality import is_bad
from gateway.model.site.lines import LineSettings
from gateway.model.stream import value_in_unit
from gateway.provision.commission.additions import all_added, copies
from gateway.provision.commission.asset_register import read_register
from gateway.provision.commission.candidate import CandidateDevice, LoadOfLine, commissioned, device_for, line_for, load_with
from gateway.provision.commission.device_change import DeviceChange, DeviceForm, changed_device, form_of, load_of_change
from gateway.provision.commission.readdress import ReaddressError, ReaddressResult, plan_readdress, sentence_of
from gateway.provision.commission.readdressing import readdress
from gateway.provision.commission.register_file import RegisterFileError, load_register, save_register
from gateway.provision.diagnosis.advice import advise
from gateway.provision.diagnosis.cause import Cause, CauseKind, ranked
from gateway.provision.diagnosis.cause_texts import cause
from gateway.provision.diagnosis.device_check import judge_values, read_device
from gateway.provision.diagnosis.evidence import LineEvidence, counted
from gateway.provision.diagnosis.line_check import LineVerdict, check_line
from gateway.provision.diagnosis.survey import SurveyTerms
from gateway.provision.italian import in_italian
from gateway.provision.plausibility.latest_values import DeviceReading
from gateway.provision.plausibility.site_values import judge_together
from gateway.provision.scan.ports import real_port
from gateway.provision.scan.target import line_of, target_of, target_of_line
from gateway.staging.configuration import Configuration
from gateway.staging.store import LedgerDamaged
from gateway.staging.yaml_edit import change_device
from gateway.staging.yaml_spans import EditError
from gateway.web.json_api import ApiError
from gateway.web.technician.commission_routes import (
    CopyAsk,
    CopyView,
    ProductView,
    ReaddressAsk,
    ReaddressView,
    RegisterEntry,
    RegisterImport,
    TrialRead,
)

T = TypeVar("T")

_READ_S, _CHECK_S = 20.0, 60.0
"""How long a line is borrowed at most to read a device, and to check a line."""

_WAIT_S = 20.0
"""How long a command may wait for its line."""

_FEWEST_ASKED = 20
"""A device that was asked less often may have been switched on a moment ago."""

_STORED = (ReaddressResult.DONE, ReaddressResult.AFTER_RESTART)


class LocalCommissioning:
    """Commissions devices of a running gateway. A line that is polled is borrowed from its owner; one edit is made at a time."""

    def __init__(self, present: Present, configuration: Configuration) -> None:
        self._present, self._configuration = present, configuration
        self._editing = asyncio.Lock()

    async def products(self) -> list[ProductView]:
        """Return the products of the library."""
        profiles = await asyncio.to_thread(_library, self._present().site)
        return [ProductView(one.profile, one.vendor, one.model) for one in profiles]

    async def register(self) -> list[RegisterEntry]:
        """Return the city's assets."""
        with _refusals():
            assets = await asyncio.to_thread(load_register, self._present().site.state)
        return [RegisterEntry(one.id, one.name, one.lat, one.lon) for one in assets]

    async def import_register(self, data: bytes) -> RegisterImport:
        """Replace the city's assets with those of a file."""
        with _refusals():
            found = await asyncio.to_thread(read_register, data)
            if found.assets:
                await asyncio.to_thread(save_register, self._present().site.state, found.assets)
        return RegisterImport(len(found.assets), found.left_out, found.reasons)

    async def try_(self, wish: CandidateDevice) -> TrialRead:
        """Read a device as some product, and judge its values."""
        with _refusals():
            site, profile = await self._draft(), await _product(self._present().site, wish.profile)
            wish = _at_its_line(wish, site)
            line, device = line_for(wish, site, profile), device_for(wish, site, profile)
            bound = bind(device, profile, site.site.assets)
            line = msgspec.structs.replace(line, devices=[*line.devices, device])
            begun_s = time.monotonic()
            values = await self._borrowed(line.id, _READ_S, lambda: read_device(line, bound, clock.now_ms))
        took_ms = 1000 * (time.monotonic() - begun_s)
        causes = judge_values(values, bound, None) if values.answered else [cause(CauseKind.NO_POWER, "possible", bound.id)]
        return TrialRead(values.live, took_ms, ranked(causes))

    async def load(self, wish: CandidateDevice) -> LoadOfLine:
        """Return the load of the line without and with a device."""
        with _refusals():
            site, profile = await self._draft(), await _product(self._present().site, wish.profile)
            return await asyncio.to_thread(load_with, site, _at_its_line(wish, site), profile)

    async def stage(self, wish: CandidateDevice) -> None:
        """Put a device into the staged configuration."""
        profile = await _product(self._present().site, wish.profile)
        await self._edit(lambda text, site: commissioned(text, site, _at_its_line(wish, site), profile))

    async def copy(self, wanted: CopyAsk) -> CopyView:
        """Put copies of a device into the staged configuration."""
        names: list[str] = []

        def copied(text: str, site: LoadedSite) -> str:
            additions = copies(site.site, wanted.device, wanted.times, unit=wanted.unit, assets=wanted.assets)
            names[:] = [one.device.id for one in additions]
            return all_added(text, site.site, additions)

        await self._edit(copied)
        return CopyView(names)

    async def form(self, device: str) -> DeviceForm:
        """Return what can be changed about a device of the staged configuration."""
        with _refusals():
            return form_of(await self._draft(), device)

    async def load_of_change(self, change: DeviceChange) -> LoadOfLine:
        """Return the load of the device's line without and with a change."""

        def forecast() -> LoadOfLine:
            text = self._text()
            return load_of_change(text, site_of_text(text, self._file), change)

        with _refusals():
            return await asyncio.to_thread(forecast)

    async def change(self, change: DeviceChange) -> None:
        """Put a change of a device into the staged configuration."""
        await self._edit(lambda text, site: changed_device(text, site, change))

    def plausibility(self) -> list[Cause]:
        """Return what does not fit between the newest values of several devices."""
        parts = self._present()
        return judge_together(parts.site.lines, [_good_values(one) for one in parts.lines.latest()])

    async def check(self, name: str) -> LineVerdict:
        """Check a line, or a device and its line."""
        parts = self._present()
        line, devices = _chosen(parts.site, parts.lines.owners, name)
        library = await asyncio.to_thread(_library, parts.site)
        with _refusals():
            return await self._borrowed(line.id, _CHECK_S, lambda: check_line(line, devices, library, SurveyTerms(), clock.now_ms))

    def advice(self) -> list[Cause]:
        """Return what the counters of the lines suggest."""
        parts = self._present()
        shared = {line.id for line in parts.site.lines if line.shared}
        return ranked(one for owner in parts.lines.owners for one in _advice(owner, shared=owner.name in shared))

    async def readdress(self, wanted: ReaddressAsk) -> ReaddressView:
        """Preview or make a change of a device's address."""
        owner, device = device_named(self._present().lines, wanted.device)
        bound = device if wanted.old is None else device._replace(unit=wanted.old)
        taken = {one.unit for one in owner.devices if one.id != device.id}

        async def execute(target: BoundDevice, command: Command) -> Outcome:
            return await owner.execute(target, command, asyncio.get_running_loop().time() + _WAIT_S)

        with _refusals():
            plan = plan_readdress(bound, wanted.new, taken)
            if not wanted.write:
                return ReaddressView(preview=plan.preview)
            result = await readdress(execute, plan)
        if result in _STORED:
            await self._edit(lambda text, _site: change_device(text, device.id, {"unit": wanted.new}))
        return ReaddressView(preview=plan.preview, result=result, sentence=sentence_of(result, plan))

    async def _edit(self, edit: Callable[[str, LoadedSite], str]) -> None:
        """Edit the staged text, if the result is valid."""

        def edited() -> None:
            text = self._text()
            new = edit(text, site_of_text(text, self._file))
            site_of_text(new, self._file)
            self._configuration.stage(new, "technician")

        with _refusals():
            async with self._editing:
                await asyncio.to_thread(edited)

    async def _draft(self) -> LoadedSite:
        return await asyncio.to_thread(lambda: site_of_text(self._text(), self._file))

    @property
    def _file(self) -> str:
        return str(self._present().site.file)

    def _text(self) -> str:
        """Return the text of the site file as it is to become: what is staged, or the file itself if nothing is."""
        staged, store = self._configuration.ledger.staged, self._configuration.store
        return store.site_text() if staged is None else store.text(staged.hash)

    async def _borrowed(self, line: str, for_s: float, work: Callable[[], Awaitable[T]]) -> T:
        """Do work while nobody else uses a line."""
        owner = next((one for one in self._present().lines.owners if one.name == line), None)
        if owner is None:
            return await work()
        async with owner.lend(for_s):
            return await work()


def _at_its_line(wish: CandidateDevice, site: LoadedSite) -> CandidateDevice:
    """Return a wish with the name that the site file has for its port, of which there are several."""
    line = line_of(target_of(wish.target, rtu=wish.rtu_over_tcp), site.site.lines, real_port)
    return wish if line is None else msgspec.structs.replace(wish, target=target_of_line(line).text)


def _good_values(latest: LatestReading) -> DeviceReading:
    device, stream, reading = latest
    fields = {
        field.name: value_in_unit(value, field.converter())
        for place, (field, value) in enumerate(zip(stream.fields, reading.values, strict=True))
        if value is not None and not is_bad(reading.quality.get(place, 0))
    }
    return DeviceReading(device, stream.asset, stream.measurement, reading.t_ms, fields)


async def _product(site: EdgeSite, name: str) -> Profile:
    known = {one.profile: one for one in await asyncio.to_thread(_library, site)}
    if name not in known:
        raise ApiError(404, f"unknown product '{name:.64}'", f"prodotto sconosciuto '{name:.64}'")
    return known[name]


def _library(site: EdgeSite) -> list[Profile]:
    library = ProfileLibrary()
    return list(({name: library.get(name) for name in library.names} | site.profiles).values())


def _chosen(site: EdgeSite, owners: Sequence[LineOwner], name: str) -> tuple[LineSettings, Sequence[BoundDevice]]:
    """Return a line, and those of its devices that are meant by a name.

    Raises:
        ApiError: nothing has this name.
    """
    for owner in owners:
        line = next((one for one in site.lines if one.id == owner.name), None)
        devices = [one for one in owner.devices if name in (owner.name, one.id)]
        if line is not None and devices:
            return line, devices
    raise ApiError(404, f"unknown line or device '{name:.64}'", f"linea o dispositivo sconosciuto '{name:.64}'")


def _advice(owner: LineOwner, *, shared: bool) -> list[Cause]:
    """Return what the counters of a line suggest; those of a device that was hardly asked say nothing."""
    counts = [(device, owner.quality(device).counters) for device in owner.devices]
    asked = [counted(device.id, device.unit, one) for device, one in counts if one.sent >= _FEWEST_ASKED]
    foreign = 0 if shared else sum(one.foreign for _, one in counts)
    return advise(LineEvidence(owner.name, asked, foreign=foreign))


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Turn errors that a person can do something about into answers of the API."""
    try:
        yield
    except ReaddressError as error:
        raise ApiError(409, error.sentence.en, error.sentence.it) from error
    except TimeoutError as error:
        raise ApiError(
            504,
            "it did not end in time, and the polling goes on; try a single device",
            "non è finito in tempo e le letture proseguono; prova un solo dispositivo",
        ) from error
    except WireError as error:
        raise ApiError(502, f"the line can't be used: {error}", f"la linea non è utilizzabile: {error.italian}") from error
    except DriverFault as error:
        raise ApiError(502, f"the line can't be used: {error}", f"la linea non è utilizzabile: {error}") from error
    except ConfigError as error:
        raise ApiError(409, str(error), "\n".join(str(one.in_italian()) for one in error.problems)) from error
    except (EditError, ValueError) as error:
        raise ApiError(409, str(error), in_italian(error)) from error
    except (LedgerDamaged, RegisterFileError, OSError) as error:
        raise ApiError(409, str(error), f"non è possibile: {error}") from error
