"""The routes of commissioning: what a service says is JSON, and what it is asked is checked."""

import msgspec
import pytest

from gateway.provision.commission.candidate import CandidateDevice, LoadOfLine
from gateway.provision.commission.device_change import DeviceChange, DeviceForm
from gateway.provision.diagnosis.cause import Cause, CauseKind
from gateway.provision.diagnosis.cause_texts import cause
from gateway.provision.diagnosis.line_check import LineVerdict
from gateway.provision.findings import Sentence
from gateway.web.technician.app import local_api
from gateway.web.technician.commission_routes import (
    CopyAsk,
    CopyView,
    ProductView,
    ReaddressAsk,
    ReaddressView,
    RegisterEntry,
    RegisterImport,
    TrialRead,
    routes,
)
from tests.web.asgi import request

POST = {"origin": "http://street", "content-type": "application/json"}
WISH = {
    "target": "/dev/ttyUSB0",
    "profile": "eastron_sdm630",
    "unit": 3,
    "settings": "9600 8N1",
    "asset": "qe-041",
    "every_s": 10,
    "copies": 0,
}


class Fixed:
    """Answers that do not change; `asked` is what was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def products(self) -> list[ProductView]:
        return [ProductView("p", "v", "m")]

    async def register(self) -> list[RegisterEntry]:
        return [RegisterEntry("qe-041", None, 43.0, 11.0)]

    async def import_register(self, data: bytes) -> RegisterImport:
        self.asked.append(data)
        return RegisterImport(1, 0, [])

    async def try_(self, wish: CandidateDevice) -> TrialRead:
        self.asked.append(wish)
        return TrialRead([], 12.0, [])

    async def load(self, wish: CandidateDevice) -> LoadOfLine:
        self.asked.append(wish)
        return LoadOfLine(1.0, 2.0)

    async def stage(self, wish: CandidateDevice) -> None:
        self.asked.append(wish)

    async def copy(self, wanted: CopyAsk) -> CopyView:
        self.asked.append(wanted)
        return CopyView(["a"])

    async def check(self, name: str) -> LineVerdict:
        self.asked.append(name)
        return LineVerdict(line=name, causes=[], devices=[])

    async def form(self, device: str) -> DeviceForm:
        return DeviceForm(
            device=device,
            line="street",
            usual_s=10.0,
            is_meter=True,
            every_s=None,
            meter=None,
            reversed=False,
            current_ratio=1.0,
            voltage_ratio=1.0,
        )

    async def load_of_change(self, change: DeviceChange) -> LoadOfLine:
        self.asked.append(change)
        return LoadOfLine(1.0, 2.0)

    async def change(self, change: DeviceChange) -> None:
        self.asked.append(change)

    def plausibility(self) -> list[Cause]:
        return [cause(CauseKind.METERS_SWAPPED, "likely", "qe-041")]

    def advice(self) -> list[Cause]:
        return [cause(CauseKind.NOISE, "possible", "street")]

    async def readdress(self, wanted: ReaddressAsk) -> ReaddressView:
        self.asked.append(wanted)
        return ReaddressView(preview=Sentence("en", "it"))


async def test_products_and_assets_are_served() -> None:
    app = local_api(routes(Fixed()))
    assert msgspec.json.decode((await request(app, "/api/commission/profiles")).body, type=list[ProductView]) == [
        ProductView("p", "v", "m")
    ]
    assert msgspec.json.decode((await request(app, "/api/commission/register")).body)[0]["asset"] == "qe-041"


@pytest.mark.parametrize(
    ("path", "body", "asked"),
    [
        ("try", WISH, msgspec.convert(WISH, CandidateDevice)),
        ("load", WISH, msgspec.convert(WISH, CandidateDevice)),
        ("stage", WISH, msgspec.convert(WISH, CandidateDevice)),
        ("copy", {"device": "a", "times": 2}, CopyAsk(device="a", times=2)),
        ("check", {"name": "panel"}, "panel"),
        ("change", {"device": "a", "every_s": None, "meter": "7"}, DeviceChange(device="a", every_s=None, meter="7")),
        ("change/load", {"device": "a", "every_s": 5}, DeviceChange(device="a", every_s=5.0)),
        ("readdress", {"device": "a", "new": 9}, ReaddressAsk(device="a", new=9)),
    ],
)
async def test_what_is_asked_reaches_the_service(path: str, body: object, asked: object) -> None:
    service = Fixed()
    answer = await request(
        local_api(routes(service)), f"/api/commission/{path}", method="POST", headers=POST, body=[msgspec.json.encode(body)]
    )
    assert answer.status == 200, answer.body
    assert service.asked == [asked]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("stage", WISH | {"unit": 300}), ("stage", WISH | {"lat": 91}), ("stage", WISH | {"more": 1}), ("copy", {"device": "a", "times": 0}),
        ("readdress", {"device": "a", "new": 0}), ("check", {"name": "x" * 1000}),
        ("change", {"device": "a", "every_s": -1}), ("change/load", {"device": "a", "current_ratio": 0}), ("change", {"device": "a", "profile": "b"}),
    ],
)  # fmt: skip
async def test_what_is_out_of_bounds_is_refused(path: str, body: object) -> None:
    service = Fixed()
    answer = await request(
        local_api(routes(service)), f"/api/commission/{path}", method="POST", headers=POST, body=[msgspec.json.encode(body)]
    )
    assert answer.status == 400
    assert service.asked == []


async def test_the_form_of_a_device_and_what_does_not_fit_are_served() -> None:
    app = local_api(routes(Fixed()))
    form = msgspec.json.decode((await request(app, "/api/commission/form/qe-041-meter")).body, type=DeviceForm)
    assert (form.device, form.every_s) == ("qe-041-meter", None)
    (found,) = msgspec.json.decode((await request(app, "/api/commission/plausibility")).body, type=list[Cause])
    assert (found.kind, found.where) == (CauseKind.METERS_SWAPPED, "qe-041")


async def test_advice_is_served() -> None:
    (found,) = msgspec.json.decode((await request(local_api(routes(Fixed())), "/api/commission/advice")).body)
    assert (found["kind"], found["where"]) == ("noise", "street")


async def test_a_register_is_posted_as_it_is() -> None:
    service = Fixed()
    answer = await request(local_api(routes(service)), "/api/commission/register/import", method="POST", headers=POST, body=[b"id\nqe-1\n"])
    assert answer.status == 200
    assert service.asked == [b"id\nqe-1\n"]
