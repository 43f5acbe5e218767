"""The quality of the running gateway's lines, for `gateway.web.technician.lines_routes`."""

from gateway.edge.services.parts import Present
from gateway.edge.telemetry.lines_report import LinesReport, report


class LocalLines:
    """Reports the lines."""

    def __init__(self, present: Present) -> None:
        self._present = present

    def report(self) -> LinesReport:
        """Return the counters of every device."""
        parts = self._present()
        return LinesReport(parts.site.id.gateway, [report(owner) for owner in parts.lines.owners])
