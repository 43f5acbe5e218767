"""What services see of the running gateway."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from gateway.config.site_file import EdgeSite
from gateway.edge.clock.corrector import ClockCorrector
from gateway.edge.lines import EdgeLines
from gateway.edge.report_sender import ReportSender
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.messages import ConfigurationOrder, FirmwareOrder
from gateway.uplink.session import UplinkSession


class GatewayParts(NamedTuple):
    """The parts of a running gateway at one moment. `thread` is the journal's."""

    site: EdgeSite
    lines: EdgeLines
    uplink: UplinkSession
    journal: Journal
    recorder: Recorder
    thread: OneThread
    clock: ClockCorrector
    health: Callable[[], Mapping[str, object]]
    change: Callable[[EdgeSite], Awaitable[None]]
    """Changes the gateway to another site."""
    follow_orders: Callable[[Callable[[ConfigurationOrder], None]], None]
    """Sets who receives the orders of the centre."""
    follow_firmware: Callable[[Callable[[str, FirmwareOrder], None]], None]
    """Sets who receives the orders about the firmware of devices."""
    uplink_works: Callable[[], Awaitable[None]]
    """Returns when the connection of the present settings has brought a receipt."""
    send_report: ReportSender


Present = Callable[[], GatewayParts]
"""Returns the parts as they are now: a changed configuration replaces some. Services ask for them each time."""
