"""A built page: every file that it names is served, and kept by browsers for as long as its name says."""

import re
from pathlib import Path

import msgspec
import pytest

from gateway.web.base import web_app
from gateway.web.built_page import STATIC, page_routes
from tests.web.asgi import request


@pytest.mark.parametrize("name", ["operator", "technician"])
async def test_the_page_and_every_file_that_it_names_are_served(name: str) -> None:
    app = web_app(page_routes(name))
    page = await request(app, "/")
    assert (page.status, page.headers["content-type"], page.headers["cache-control"]) == (200, "text/html; charset=utf-8", "no-cache")
    named = re.findall(r'(?:src|href)="(/[^"]+)"', page.body.decode())
    assert len(named) >= 3
    for path in named:
        assert (await request(app, path)).status == 200


async def test_names_with_a_hash_are_kept_for_good_and_others_are_asked_for_again() -> None:
    app = web_app(page_routes("technician"))
    for path in STATIC.joinpath("technician").iterdir():
        answer = await request(app, f"/static/{path.name}")
        kept = "immutable" in answer.headers["cache-control"]
        assert kept == bool(re.search(r"-[A-Z0-9]{8}\.", path.name)), path.name


async def test_files_outside_the_page_are_not_served() -> None:
    app = web_app(page_routes("operator"))
    for path in ("/static/../built_page.py", "/static/%2e%2e/technician/index.html", "/static/..%2f..%2fbase.py"):
        assert (await request(app, path)).status == 404
    assert (await request(app, "/static/missing.js")).error == "not found: GET /static/missing.js"


async def test_a_page_that_can_be_installed_has_its_manifest_and_service_worker_at_the_root() -> None:
    app = web_app(page_routes("technician"))
    manifest = await request(app, "/manifest.webmanifest")
    icons = msgspec.json.decode(manifest.body)["icons"]
    assert {Path(icon["src"]).name for icon in icons} == {"icon.svg", "icon-192.png", "icon-512.png"}
    for icon in icons:
        assert (await request(app, icon["src"])).status == 200
    worker = await request(app, "/service-worker.js")
    assert (worker.status, worker.headers["cache-control"]) == (200, "no-cache")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert (await request(web_app(page_routes("operator")), "/service-worker.js")).status == 404


async def test_the_service_worker_keeps_every_file_of_the_page() -> None:
    worker = (STATIC / "technician" / "service-worker.js").read_text()
    kept = {path.name for path in STATIC.joinpath("technician").iterdir()} - {"index.html", "service-worker.js"}
    assert all(f'"{name}"' in worker for name in kept)
