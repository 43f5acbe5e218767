"""The reports of a running gateway, over its local API."""

import asyncio
from pathlib import Path

import pytest

from gateway.cli.local import LocalError
from gateway.model.messages import SignedReport
from gateway.provision.report.kept import kept_reports
from gateway.web.technician.report_routes import SentReport
from tests.edge.edges import site_in
from tests.edge.running import running_gateway


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
