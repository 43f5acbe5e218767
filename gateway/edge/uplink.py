"""The gateway's uplink: its session with the broker, and the renewal of the certificate that the session uses."""

import asyncio

from gateway import __version__
from gateway.config.site_file import EdgeSite
from gateway.edge.clock.corrector import CLOCK_NAMES, ClockCorrector
from gateway.edge.clock.trusted_time import TrustedTime
from gateway.edge.renewal import CertificateRenewal, renewable_identity
from gateway.host import clock
from gateway.host.machine import hardware_number, host_name
from gateway.host.mqtt import Broker
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.model.messages import GatewayState
from gateway.model.site import TlsSettings, UplinkSettings
from gateway.uplink.session import UplinkCallbacks, UplinkSession


class EdgeUplink:
    """The uplink; `session` sends the batches of the journal while `run` lasts."""

    def __init__(self, site: EdgeSite, journal: Journal, thread: OneThread, time: TrustedTime, corrector: ClockCorrector) -> None:
        self._me, self._journal, self._thread = site.id, journal, thread
        self._time, self._corrector = time, corrector
        self._renewal = self._make_renewal(site.uplink.tls)
        self.session = self._make_session(site.uplink)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        await self.session.run(stop)

    def _make_session(self, settings: UplinkSettings) -> UplinkSession:
        state = GatewayState("online", self._journal.epoch.hex(), clock.boot_id(), __version__)
        state.clock, state.host, state.hardware = CLOCK_NAMES[self._time.clock], host_name(), hardware_number()
        callbacks = UplinkCallbacks(
            ready=self._corrector.ready,
            on_centre=self._on_centre,
            on_time=lambda answer: self._time.centre_answered(answer.asked_ms, answer.now_ms),
        )
        if self._renewal is not None:
            callbacks = callbacks._replace(on_renew=self._renewal.request, on_certificate=self._renewal.accept)
        return UplinkSession(
            self._me,
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
        return CertificateRenewal(identity, lambda payload: self.session.mqtt.publish(self._me.topic("renewal"), payload))

    def _on_centre(self) -> None:
        self._corrector.ask_centre(self.session)
        if self._renewal is not None:
            self._renewal.resume()


def broker_of(settings: UplinkSettings) -> Broker:
    """Return the broker of an uplink."""
    return Broker(settings.broker, settings.tls, settings.login)
