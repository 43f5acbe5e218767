"""The reports of a running gateway, over its local API."""

import asyncio
from base64 import b64encode
from pathlib import Path

import msgspec
import pytest

from gateway.cli.local import LocalError
from gateway.model.messages import ReportedPhoto, SignedReport
from gateway.provision.report.kept import kept_reports
from gateway.provision.report.photo import photo_of
from gateway.web.technician.report_routes import SentReport
from tests.edge.edges import site_in
from tests.edge.running import running_gateway
from tests.provision.report.pictures import EXIF, jpeg


async def test_a_report_is_made_of_the_running_gateway_kept_and_shown(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        with pytest.raises(LocalError, match="no report was made yet"):
            await asyncio.to_thread(local.get, "/api/report")
        made = await asyncio.to_thread(local.post, "/api/report/make", {"role": "maintainer"}, SignedReport)
        assert (made.report.role, made.report.gateway, made.signature) == ("maintainer", "gw-1", None)
        assert made.report.reasons[0].en.startswith("no connection to the broker")
        assert await asyncio.to_thread(local.get, "/api/report", SignedReport) == made
        assert await asyncio.to_thread(local.post, "/api/report/send", {}, SentReport) == SentReport(sent=False)
    assert len(kept_reports(site_in(tmp_path).state)) == 1


async def test_a_site_file_that_is_gone_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        (tmp_path / "site.yaml").unlink()
        with pytest.raises(LocalError, match=r"the report can't be made: .*site.yaml"):
            await asyncio.to_thread(local.post, "/api/report/make", {})


async def test_a_photo_is_kept_for_the_report_and_shown_in_its_page(tmp_path: Path) -> None:
    photo = photo_of(jpeg(before=EXIF))
    async with running_gateway(tmp_path) as (_, local):
        added = msgspec.json.decode(
            await asyncio.to_thread(local._request, "POST", "/api/report/photo", jpeg(before=EXIF)), type=ReportedPhoto
        )
        assert added == photo.reported()
        made = await asyncio.to_thread(local.post, "/api/report/make", {"photo": added.sha256}, SignedReport)
        assert made.report.photo == added
        shown = await asyncio.to_thread(local.download, f"/api/report/photo?sha256={added.sha256}")
        assert shown.content == photo.content
        page = await asyncio.to_thread(local.download, "/api/report/page?language=it")
        assert b64encode(photo.content) in page.content
        without = await asyncio.to_thread(local.post, "/api/report/make", {}, SignedReport)
        assert without.report.photo is None
        with pytest.raises(LocalError, match="the photo can't be used: it is no JPEG"):
            await asyncio.to_thread(local._request, "POST", "/api/report/photo", b"%PDF-1.7")
        with pytest.raises(LocalError, match="take it again") as gone:
            await asyncio.to_thread(local.post, "/api/report/make", {"photo": "0" * 64})
        assert gone.value.status == 404
