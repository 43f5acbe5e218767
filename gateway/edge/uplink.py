"""The gateway's uplink: its session with the broker, and the renewal of the certificate that the session uses."""

import asyncio

from gateway import __version__
from gateway.config.site_file import EdgeSite
from gateway.edge.clock.corrector import CLOCK_NAMES, ClockCorrector
from gateway.edge.clock.trusted_time import TrustedTime
from gateway.edge.renewal import CertificateRenewal, renewable_identity
from gateway.edge.report_sender import ReportSender
from gateway.host import clock
from gateway.host.machine import hardware_number, host_name
from gateway.host.mqtt import Broker
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.model.messages import GatewayState
from gateway.model.site.connection import TlsSettings
from gateway.model.site.uplink import UplinkSettings
from gateway.uplink.inbox import CentreInbox
from gateway.uplink.session import UplinkCallbacks, UplinkSession


class EdgeUplink:
    """The uplink; `session` sends the batches of the journal while `run` lasts. `change` replaces it by one with other settings."""

    def __init__(self, site: EdgeSite, journal: Journal, thread: OneThread, time: TrustedTime, corrector: ClockCorrector) -> None:
        self._site, self._journal, self._thread = site, journal, thread
        self._time, self._corrector = time, corrector
        self._wanted, self._changed, self._began = site.uplink, asyncio.Event(), asyncio.Event()
        self.inbox = CentreInbox()
        self._renewal = self._make_renewal(site.uplink.tls)
        self.session = self._make_session(site.uplink)
        self.reports = ReportSender(
            site.state, lambda payload: self.session.mqtt.publish(self._site.id.topic("report"), payload, retain=True)
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        while True:
            await self._run_session(stop)
            if stop.is_set() or not self._changed.is_set():
                return
            self._changed.clear()
            counts = self.session.sender.counts
            self._renewal = self._make_renewal(self._wanted.tls)
            self.session = self._make_session(self._wanted)
            self.session.sender.counts = counts
            self._began.set()

    async def works(self) -> None:
        """Return when a session of the settings wanted is connected and a receipt came after this call."""
        while self._changed.is_set():
            self._began.clear()
            await self._began.wait()
        progress = self.session.sender.progress
        progress.clear()
        await progress.wait()

    def change(self, settings: UplinkSettings) -> None:
        """Change to other settings: the present session says good-bye to its broker, and the next one begins when it has."""
        if _connection(settings) != _connection(self._wanted):
            self._wanted = settings
            self._changed.set()

    async def _run_session(self, stop: asyncio.Event) -> None:
        """Run the present session until told to stop, or until there are other settings."""
        ended = asyncio.Event()
        session = asyncio.create_task(self.session.run(ended), name="uplink session")
        signals = [asyncio.create_task(event.wait()) for event in (stop, self._changed)]
        try:
            await asyncio.wait((session, *signals), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.set()
            for signal in signals:
                signal.cancel()
            await session

    def _make_session(self, settings: UplinkSettings) -> UplinkSession:
        state = GatewayState("online", self._journal.epoch.hex(), clock.boot_id(), __version__)
        state.clock, state.host, state.hardware = CLOCK_NAMES[self._time.clock], host_name(), hardware_number()
        state.in_memory = self._journal.file.in_memory
        callbacks = UplinkCallbacks(
            ready=self._corrector.ready,
            on_centre=self._on_centre,
            others=self.inbox.handlers(self._site.id),
            on_time=lambda answer: self._time.centre_answered(answer.asked_ms, answer.now_ms),
        )
        if settings.tls.ca is not None:
            callbacks = callbacks._replace(on_order=self.inbox.receive_order)
        if self._renewal is not None:
            renewal = self._renewal
            callbacks = callbacks._replace(on_renew=renewal.request, on_page=renewal.request_page, on_certificate=renewal.accept)
        return UplinkSession(
            self._site.id,
            broker_of(settings),
            self._journal,
            self._thread,
            confirm=settings.confirm,
            state=state,
            now_ms=self._time.now_ms,
            callbacks=callbacks,
        )

    def _make_renewal(self, tls: TlsSettings) -> CertificateRenewal | None:
        identity = renewable_identity(tls)
        if identity is None:
            return None
        return CertificateRenewal(identity, lambda payload: self.session.mqtt.publish(self._site.id.topic("renewal"), payload))

    def _on_centre(self) -> None:
        self._corrector.ask_centre(self.session)
        if self._renewal is not None:
            self._renewal.resume()
        self.reports.begin()


def broker_of(settings: UplinkSettings) -> Broker:
    """Return the broker of an uplink."""
    return Broker(settings.broker, settings.tls, settings.login)


def _connection(settings: UplinkSettings) -> tuple[object, ...]:
    """Return the part of an uplink's settings on which its session depends."""
    return settings.broker, settings.confirm, settings.tls, settings.login
