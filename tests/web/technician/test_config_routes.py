"""The routes of the configuration: bounded input, typed answers."""

import msgspec

from gateway.web.technician.app import local_api
from gateway.web.technician.config_routes import (
    AppliedLines,
    ChangeView,
    ConfigurationView,
    StagedText,
    StagedView,
    TrialView,
    WantedChange,
    routes,
)
from tests.web.asgi import request


class Service:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def view(self) -> ConfigurationView:
        return ConfigurationView("a", "site: prato\n", None, None)

    async def log(self) -> list[ChangeView]:
        return []

    async def stage(self, text: str) -> StagedView:
        self.asked.append(text)
        return StagedView("a", [], "", [])

    async def discard(self) -> None:
        self.asked.append("discard")

    async def apply(self, why: str, lines: list[str]) -> TrialView:
        self.asked.append(("apply", why, *lines))
        return TrialView("a", "b", "technician", why, 1, 300.0, "person")

    async def confirm(self) -> None:
        self.asked.append("confirm")

    async def undo(self, why: str) -> TrialView | None:
        self.asked.append(("undo", why))
        return None


POST = {"origin": "http://street"}


async def test_each_step_is_a_request_and_its_answer_is_typed() -> None:
    service = Service()
    app = local_api(routes(service))
    assert msgspec.json.decode((await request(app, "/api/config")).body, type=ConfigurationView).hash == "a"
    assert (await request(app, "/api/config/log")).body == b"[]"
    for step, body, status in (
        ("stage", StagedText("site: lucca"), 200), ("discard", None, 204), ("apply", WantedChange("x"), 200), ("apply", AppliedLines(lines=["a", "b"]), 200), ("confirm", None, 204), ("undo", WantedChange(), 200),
    ):  # fmt: skip
        sent = b"" if body is None else msgspec.json.encode(body)
        assert (await request(app, f"/api/config/{step}", "POST", headers=POST, body=[sent])).status == status
    assert service.asked == ["site: lucca", "discard", ("apply", "x"), ("apply", "", "a", "b"), "confirm", ("undo", "")]


async def test_a_reason_as_long_as_a_book_is_refused() -> None:
    service = Service()
    app = local_api(routes(service))
    too_long = msgspec.json.encode({"why": "x" * 201})
    assert (await request(app, "/api/config/apply", "POST", headers=POST, body=[too_long])).status == 400
    assert service.asked == []
