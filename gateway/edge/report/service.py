"""The reports of the running gateway, for the technician's page and for commands."""

import asyncio

from gateway.edge.report.facts import running_facts
from gateway.edge.services.parts import Present
from gateway.edge.telemetry.lines_report import LinesReport, report
from gateway.model.messages import ReportedPhoto
from gateway.provision.report.facts import LiveFacts
from gateway.provision.report.kept import keep_photo, kept_photo, kept_reports
from gateway.provision.report.making import make_report
from gateway.provision.report.page import page_of
from gateway.provision.report.page_texts import Language
from gateway.provision.report.photo import PhotoError, photo_of
from gateway.provision.report.signed import ReportError, read_report, signer_of
from gateway.trust.openssl import OpensslError
from gateway.web.json_api import ApiError


class LocalReports:
    """Makes reports, and shows the newest."""

    def __init__(self, present: Present) -> None:
        self._present = present

    async def add_photo(self, content: bytes) -> ReportedPhoto:
        """Keep a photo for the next report; return what the report will say about it.

        Raises:
            ApiError: 400, as it is no photo; 503, as it can't be written.
        """
        try:
            return await asyncio.to_thread(lambda: keep_photo(self._present().site.state, photo_of(content)))
        except PhotoError as error:
            raise ApiError(400, f"the photo can't be used: {error.english}", f"la foto non può essere usata: {error.italian}") from error
        except OSError as error:
            raise ApiError(503, f"the photo can't be kept: {error}", f"impossibile conservare la foto: {error}") from error

    async def photo(self, sha256: str) -> bytes:
        """Return the photo with a hash.

        Raises:
            ApiError: 404, as it is not kept.
        """
        content = await asyncio.to_thread(kept_photo, self._present().site.state, sha256)
        if content is None:
            raise ApiError(404, "this photo is not kept any more: take it again", "questa foto non è più conservata: scattarla di nuovo")
        return content

    async def make(self, role: str, photo: str | None) -> bytes:
        """Make a report with the photo of a hash, keep it, and send it if the centre is there. Return its file."""
        parts = self._present()
        reported = None if photo is None else photo_of(await self.photo(photo)).reported()
        try:
            content, _ = await asyncio.to_thread(make_report, parts.site.file, parts.site, self._running(), role, reported)
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
        report = read_report(content)
        photo = None if report.photo is None else await asyncio.to_thread(kept_photo, self._present().site.state, report.photo.sha256)
        return page_of(report, signer_of(content), language, photo)

    async def send(self) -> bool:
        """Send the newest report to the centre; return whether the broker has it."""
        return await self._present().send_report.send()

    def _running(self) -> LiveFacts:
        parts = self._present()
        return running_facts(LinesReport(parts.site.id.gateway, [report(owner) for owner in parts.lines.owners]), parts.health())
