"""The reports of the running gateway, for the technician's page and for commands."""

import asyncio

from gateway.edge.report.facts import running_facts
from gateway.edge.services.parts import Present
from gateway.edge.telemetry.lines_report import LinesReport, report
from gateway.provision.report.facts import LiveFacts
from gateway.provision.report.kept import kept_reports
from gateway.provision.report.making import make_report
from gateway.provision.report.page import page_of
from gateway.provision.report.page_texts import Language
from gateway.provision.report.signed import ReportError, read_report, signer_of
from gateway.trust.openssl import OpensslError
from gateway.web.json_api import ApiError


class LocalReports:
    """Makes reports, and shows the newest."""

    def __init__(self, present: Present) -> None:
        self._present = present

    async def make(self, role: str) -> bytes:
        """Make a report, keep it, and send it if the centre is there. Return its file."""
        parts = self._present()
        try:
            content, _ = await asyncio.to_thread(make_report, parts.site.file, parts.site, self._running(), role)
        except ReportError as error:
            raise ApiError(409, error.english, error.italian) from error
        except (OSError, OpensslError) as error:
            raise ApiError(503, f"the report can't be made: {error}", f"impossibile fare il rapporto: {error}") from error
        parts.send_report.begin()
        return content

    async def newest(self) -> bytes:
        """Return the file of the newest report.

        Raises:
            ApiError: 404, as there is none.
        """
        kept = await asyncio.to_thread(kept_reports, self._present().site.state)
        if not kept:
            raise ApiError(404, "no report was made yet", "non è stato ancora fatto alcun rapporto")
        return await asyncio.to_thread(kept[0].read_bytes)

    async def page(self, language: Language) -> str:
        """Return the page of the newest report."""
        content = await self.newest()
        return page_of(read_report(content), signer_of(content), language)

    async def send(self) -> bool:
        """Send the newest report to the centre; return whether the broker has it."""
        return await self._present().send_report.send()

    def _running(self) -> LiveFacts:
        parts = self._present()
        return running_facts(LinesReport(parts.site.id.gateway, [report(owner) for owner in parts.lines.owners]), parts.health())
