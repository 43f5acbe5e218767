"""The technician's page with a gateway that always says the same: real files, login and guard; what the rooms would answer is written here.

`tests.web.walk` uses the page with a real gateway.
"""

import asyncio
import json
import threading
import time
from concurrent.futures import Future
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.host.http_server import serving
from gateway.web.built_page import page_routes
from gateway.web.event_stream import EventStream, event
from gateway.web.technician.app import technician_app
from gateway.web.technician.login import PageLogin
from gateway.web.technician.session_routes import login_routes
from tests.system.servers import listens, wait_until
from tests.web.technician.logins import Known

GATEWAY = "gw-0042"
PORT = "/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.3:1.0-port0"


def sentence(en: str, it: str) -> dict[str, str]:
    return {"en": en, "it": it}


def device(asset: str, model: str, unit: int, state: str = "answers") -> dict[str, Any]:
    return {
        "id": f"{asset}-meter",
        "profile": "p",
        "model": model,
        "state": state,
        "asset": asset,
        "unit": unit,
        "every_s": 10.0,
        "last_ms": _now_ms(),
    }


def state(*, well: bool = True) -> dict[str, Any]:
    """Return the state of a gateway with two lines, on which something is wrong unless it is well."""
    devices = [device("qe-041", "Eastron SDM630", 3), device("qe-042", "ABB B23", 4, "answers" if well else "silent")]
    line = {
        "id": "quadri",
        "port": PORT,
        "kind": "serial",
        "broken": False,
        "stalled": False,
        "load": 42.3,
        "missed": 0,
        "devices": devices,
    }
    other = {"id": "meteo", "port": "192.0.2.10:502", "kind": "tcp", "broken": not well, "stalled": False, "load": 3.0, "missed": 0,
             "devices": [device("st-01", "Lufft WS501", 1)]}  # fmt: skip
    uplink = {"broker": "mqtts://broker.prato.example:8883", "connected": well, "confirm": "stored", "waiting": 0 if well else 412, "unconfirmed": 0,
              "cloned_by": None, "certificate_days": 61.3}  # fmt: skip
    identity = {"site": "prato", "operator": "citelum", "gateway": GATEWAY, "version": "0.1.0", "host": "pi"}
    return {"identity": identity, "up_s": 8000, "now_ms": _now_ms(), "clock": "synced" if well else "unsynced", "disk_free": 71.0, "readings": 18233, "ok": well,
            "uplink": uplink, "lines": [line, other]}  # fmt: skip


def values() -> list[dict[str, Any]]:
    """Return the last readings of the devices."""
    fields = [
        ("active_power", 4213.2, "W"),
        ("voltage_l1", 231.4, "V"),
        ("current_l1", 6.21, "A"),
        ("active_energy", 123456700.0, "W.h"),
        ("current_l3", None, "A"),
    ]
    meter = [
        {"field": name, "value": value, "unit": unit, "quality": "Good" if value is not None else "BadOutOfRange"}
        for name, value, unit in fields
    ]
    return [{"device": "qe-041-meter", "asset": "qe-041", "measurement": "lighting_meter", "t_ms": _now_ms(), "values": meter}]


def candidate(profile: str, vendor: str, model: str) -> dict[str, Any]:
    reasons = [sentence("register 64512 has the code of this product", "il registro 64512 ha il codice di questo prodotto")]
    doubts = [sentence("the ratio of the transformers is 1", "il rapporto dei trasformatori è 1")]
    return {"profile": profile, "vendor": vendor, "model": model, "reasons": reasons, "doubts": doubts, "serial_number": None}


def found(unit: int, candidates: list[dict[str, Any]], badge: str, *, garbled: bool = False) -> dict[str, Any]:
    apart = [sentence("read the label", "leggere l'etichetta")] if len(candidates) > 1 else []
    identification = {"candidates": candidates, "apart": apart, "objects": {"VendorName": "ABB"} if apart else {}}
    return {"unit": unit, "settings": "9600 8N1", "how": "modbus", "garbled": garbled, "also_at": [], "identification": identification, "badges": [badge],
            "notes": [sentence("It was found at this address.", "È stato trovato a questo indirizzo.")]}  # fmt: skip


def scan(*, running: bool) -> dict[str, Any]:
    """Return a scan with one device of each kind."""
    abb = [candidate("abb_b23", "ABB", "B23"), candidate("abb_b24", "ABB", "B24")]
    devices = [
        found(3, [candidate("eastron_sdm630", "Eastron", "SDM630")], "new"),
        found(4, abb, "new"),
        found(9, [], "known"),
        found(12, [], "duplicate", garbled=True),
    ]
    missing = {"device": "st-01", "unit": 1, "sentence": sentence("st-01 did not respond.", "st-01 non ha risposto."), "moved_to": []}
    end = {"complete": False, "devices": 4, "obstacle": None, "missing": [missing], "stopped": True, "problem": None, "problem_it": None}
    return {"running": running, "target": PORT, "rtu_over_tcp": False, "line": None, "found": devices, "progress": {"settings": "19200 8E1", "unit": 14, "left_s": 42.0} if running else None,
            "end": None if running else end}  # fmt: skip


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class PageDouble:
    """The page in a thread. `state` is what the gateway says; `asked` are the bodies of what the page has changed, by path."""

    def __init__(self, answers: dict[str, Any], *, well: bool = True, scanning: bool = False) -> None:
        self._answers, self._state, self._scan = answers, state(well=well), scan(running=scanning)
        self.asked: list[tuple[str, Any]] = []
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._started: Future[int] = Future()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        self.port = self._started.result(30)
        wait_until("the page's server", lambda: listens(self.port))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop, and wait for the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        self._loop.close()

    async def _serve(self) -> None:
        login, streams = PageLogin(Known(), tls=False), list[EventStream]()

        def stream(path: str, *first: tuple[str, Any]) -> Route:
            made = EventStream()
            streams.append(made)

            async def follow(_request: Request) -> Response:
                return made.response(lambda: b"".join(event(kind, content) for kind, content in first))

            return Route(path, follow)

        frames = [{"t_ms": 1_790_000_000_000 + t, "sent": t == 0, "unit": 3, "hex": "03 04 00 00 00 50 f1 d4"} for t in (0, 41)]
        records = [
            {"number": n, "t_ms": _now_ms(), "level": "warning" if n % 7 == 0 else "info", "logger": "l", "message": "sent 4 batches"}
            for n in range(30)
        ]
        rooms = [
            stream("/api/events", ("state", self._state), ("values", values())), stream("/api/scan/events", ("state", self._scan)),
            stream("/api/hexlog", ("frames", frames)), stream("/api/log/events", ("records", records)), Route("/api/{path:path}", self._answer, methods=["GET", "POST"]),
        ]  # fmt: skip
        app = technician_app(rooms, [*login_routes(login, GATEWAY), *page_routes("technician")], login)
        async with serving(app, "127.0.0.1:0") as port:
            self._started.set_result(port)
            await self._stop.wait()
            for one in streams:
                one.close()

    async def _answer(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/api/")
        if request.method == "POST":
            body = await request.body()
            self.asked.append((path, json.loads(body) if request.headers["content-type"] == "application/json" else body))
        if path == "scan/state":
            return JSONResponse(self._scan)
        if path not in self._answers:
            return JSONResponse({"error": f"nothing at {path}", "error_it": f"niente a {path}"}, 404)
        return JSONResponse(self._answers[path])
