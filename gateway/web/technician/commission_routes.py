"""Puts devices into service: products, assets, values before saving, load, copies, addresses, and what is wrong with a line."""

from typing import Annotated, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.provision.commission.candidate import CandidateDevice, LoadOfLine
from gateway.provision.commission.device_change import DeviceChange, DeviceForm
from gateway.provision.commission.readdress import ReaddressResult
from gateway.provision.diagnosis.cause import Cause
from gateway.provision.diagnosis.device_check import CheckedValue
from gateway.provision.diagnosis.line_check import LineVerdict
from gateway.provision.findings import Sentence
from gateway.web.json_api import body_as, json_response

_Name = Annotated[str, msgspec.Meta(max_length=64)]
_Unit = Annotated[int, msgspec.Meta(ge=1, le=247)]


class ProductView(msgspec.Struct):
    """A product of the library."""

    profile: str
    vendor: str
    model: str


class RegisterEntry(msgspec.Struct):
    """An asset of the city's register."""

    asset: str
    name: str | None
    lat: float | None
    lon: float | None


class RegisterImport(msgspec.Struct):
    """What became of a file: how many assets were imported and left out, and why the first of these."""

    imported: int
    left_out: int
    reasons: list[str]


class TrialRead(msgspec.Struct):
    """What a device answers as some product, before anything is saved."""

    values: list[CheckedValue]
    took_ms: float
    findings: list[Cause]


class CheckAsk(msgspec.Struct, forbid_unknown_fields=True):
    """A line or a device to check."""

    name: _Name


class CopyAsk(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A device to copy; see `gateway provision copy --help`."""

    device: _Name
    times: Annotated[int, msgspec.Meta(ge=1, le=246)]
    unit: _Unit | None = None
    assets: Annotated[list[_Name], msgspec.Meta(max_length=246)] = []


class CopyView(msgspec.Struct):
    """The names of the copies that were put into the staged configuration."""

    devices: list[str]


class ReaddressAsk(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new address for a device, which has another one than in the site file if `old` is set. Without `write`, only the preview."""

    device: _Name
    new: _Unit
    old: _Unit | None = None
    write: bool = False


class ReaddressView(msgspec.Struct, kw_only=True):
    """Exactly what would be written, and if it was, how it ended."""

    preview: Sentence
    result: ReaddressResult | None = None
    sentence: Sentence | None = None


class CommissionService(Protocol):
    """Puts devices into service. What changes the site file changes the staged configuration; nothing is applied.

    Every method may raise:
        ApiError: it is not possible; the sentence says why, and what to do.
    """

    async def products(self) -> list[ProductView]:
        """Return the products of the library."""
        ...

    async def register(self) -> list[RegisterEntry]:
        """Return the city's assets."""
        ...

    async def import_register(self, data: bytes) -> RegisterImport:
        """Replace the city's assets with those of a CSV or GeoJSON file."""
        ...

    async def try_(self, wish: CandidateDevice) -> TrialRead:
        """Read a device as some product, and judge its values."""
        ...

    async def load(self, wish: CandidateDevice) -> LoadOfLine:
        """Return the load of the line without and with a device."""
        ...

    async def stage(self, wish: CandidateDevice) -> None:
        """Put a device into the staged configuration."""
        ...

    async def copy(self, wanted: CopyAsk) -> CopyView:
        """Put copies of a device into the staged configuration."""
        ...

    async def form(self, device: str) -> DeviceForm:
        """Return what can be changed about a device of the staged configuration."""
        ...

    async def load_of_change(self, change: DeviceChange) -> LoadOfLine:
        """Return the load of the device's line without and with a change."""
        ...

    async def change(self, change: DeviceChange) -> None:
        """Put a change of a device into the staged configuration."""
        ...

    def plausibility(self) -> list[Cause]:
        """Return what does not fit between the newest values of several devices; nothing is sent for it."""
        ...

    async def check(self, name: str) -> LineVerdict:
        """Check a line, or a device and its line, while its polls wait: up to a minute."""
        ...

    def advice(self) -> list[Cause]:
        """Return what the counters of the lines suggest since the start of the gateway; nothing is sent for it."""
        ...

    async def readdress(self, wanted: ReaddressAsk) -> ReaddressView:
        """Preview or make a change of a device's address, and put it into the staged configuration."""
        ...


def routes(service: CommissionService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def products(_request: Request) -> Response:
        return json_response(await service.products())

    async def register(_request: Request) -> Response:
        return json_response(await service.register())

    async def import_register(request: Request) -> Response:
        return json_response(await service.import_register(await request.body()))

    async def advice(_request: Request) -> Response:
        return json_response(service.advice())

    async def plausibility(_request: Request) -> Response:
        return json_response(service.plausibility())

    async def check(request: Request) -> Response:
        return json_response(await service.check((await body_as(request, CheckAsk)).name))

    return [
        Route("/api/commission/profiles", products),
        Route("/api/commission/register", register),
        Route("/api/commission/register/import", import_register, methods=["POST"]),
        Route("/api/commission/advice", advice),
        Route("/api/commission/plausibility", plausibility),
        Route("/api/commission/check", check, methods=["POST"]),
        *_device_routes(service),
    ]


def _device_routes(service: CommissionService) -> list[BaseRoute]:
    """Return the routes about one device."""

    async def try_(request: Request) -> Response:
        return json_response(await service.try_(await body_as(request, CandidateDevice)))

    async def load(request: Request) -> Response:
        return json_response(await service.load(await body_as(request, CandidateDevice)))

    async def stage(request: Request) -> Response:
        await service.stage(await body_as(request, CandidateDevice))
        return json_response(None)

    async def copy(request: Request) -> Response:
        return json_response(await service.copy(await body_as(request, CopyAsk)))

    async def readdress(request: Request) -> Response:
        return json_response(await service.readdress(await body_as(request, ReaddressAsk)))

    async def form(request: Request) -> Response:
        return json_response(await service.form(request.path_params["device"]))

    async def change(request: Request) -> Response:
        await service.change(await body_as(request, DeviceChange))
        return json_response(None)

    async def load_of_change(request: Request) -> Response:
        return json_response(await service.load_of_change(await body_as(request, DeviceChange)))

    answers = {
        "try": try_,
        "load": load,
        "stage": stage,
        "copy": copy,
        "readdress": readdress,
        "change": change,
        "change/load": load_of_change,
    }
    posts = [Route(f"/api/commission/{path}", answer, methods=["POST"]) for path, answer in answers.items()]
    return [Route("/api/commission/form/{device}", form), *posts]
