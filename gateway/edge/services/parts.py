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
from gateway.uplink.inbox import CentreInbox
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
    inbox: CentreInbox
    """Where services say which messages of the centre they receive."""
    uplink_works: Callable[[], Awaitable[None]]
    """Returns when the connection of the present settings has brought a receipt."""
    send_report: ReportSender


Present = Callable[[], GatewayParts]
"""Returns the parts as they are now: a changed configuration replaces some. Services ask for them each time."""
