"""Why connections fail, in words for those who can mend it. Each reason is logged once, until a connection succeeds."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Sequence

from gateway.host.backoff import Backoff
from gateway.host.mqtt.publishes import PublishRefused

log = logging.getLogger(__name__)

_FIRST_S, _LONGEST_S = 1.0, 30.0

_BROKERS_CERTIFICATE = {  # X509_V_ERR_… of openssl/x509_vfy.h
    9: "the broker's certificate is not valid yet: check this machine's clock",
    10: "the broker's certificate has expired",
    18: "the broker's certificate is self-signed: put it into the file of 'tls: ca'",
    19: "the authority that signed the broker's certificate is not in the file of 'tls: ca'",
    20: "the authority that signed the broker's certificate is not in the file of 'tls: ca'",
    23: "the broker's certificate is revoked",
    62: "the broker's certificate is for another name",
    64: "the broker's certificate is for another address",
}
_ALERTS = {  # what the other side says (RFC 8446, section 6.2), as OpenSSL names it
    "CERTIFICATE_REQUIRED": "the broker requires a certificate of this client: set 'tls: cert' and 'tls: key'",
    "CERTIFICATE_EXPIRED": "this client's certificate has expired",
    "CERTIFICATE_REVOKED": "this client's certificate is revoked",
    "UNKNOWN_CA": "the broker does not trust the authority that signed this client's certificate",
    "BAD_CERTIFICATE": "the broker does not accept this client's certificate",
    "HANDSHAKE_FAILURE": "the broker and this client have no TLS settings in common, or the broker requires a certificate",
    "PROTOCOL_VERSION": "the broker and this client have no TLS version in common",
    "WRONG_VERSION_NUMBER": "what listens there does not speak TLS: check the port, or use mqtt://",
}


_NO_REASON = "it ended the connection without a reason"


def reason_of(error: OSError | None) -> str:
    """Return why a connection failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _BROKERS_CERTIFICATE.get(error.verify_code, f"the broker's certificate is not valid: {error.verify_message}")
    if error is None or isinstance(error, ssl.SSLEOFError):
        return _NO_REASON
    if isinstance(error, ssl.SSLError):
        reason = error.reason or str(error)
        return next((text for part, text in _ALERTS.items() if part in reason), f"TLS failed: {reason}")
    if isinstance(error, socket.gaierror):
        return f"the host name is unknown: {error.strerror}"
    if isinstance(error, TimeoutError):
        return "no answer"
    return (error.strerror or str(error)).lower()


class Failures:
    """The failed attempts to connect to a broker since the last that succeeded."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._reported: set[str] = set()
        self._switches: Backoff | None = None

    def report(self, reason: str) -> None:
        """Log why an attempt failed, if no other has failed for this reason. The nodes of a cluster fail for different ones, in turn.

        A busy machine may notice the end of a connection before the broker's reason for it, so an earlier reason still holds without one.
        """
        if reason not in self._reported and not (reason == _NO_REASON and self._reported):
            self._reported.add(reason)
            log.warning("can't connect to the broker %s: %s; retrying", self._url, reason)

    def report_subscription(self, filters: Sequence[str], answered: "asyncio.Future[None]") -> None:
        """Log that the broker refuses a subscription, if it does."""
        error = answered.exception()
        if isinstance(error, PublishRefused):
            what = ", ".join(filters)
            log.error("the broker %s refuses a subscription (%s): %s; check its access rules", self._url, what, error)

    def before_switch_s(self) -> float:
        """Return how long to wait before the next protocol version is tried: the first time not at all."""
        if self._switches is None:
            self._switches = Backoff(_FIRST_S, _LONGEST_S)
            return 0.0
        return self._switches.failed()

    def end(self) -> None:
        """Record that a connection succeeded."""
        self._reported.clear()
        self._switches = None


class SocketErrors(logging.Handler):
    """Keeps the last error of a client's socket, which paho tells only to its log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last: OSError | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error of a record."""
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, OSError):
                self.last = argument

    def take(self) -> OSError | None:
        """Return the last error and forget it."""
        error, self.last = self.last, None
        return error

    def logger(self) -> logging.Logger:
        """Return a logger for one client, whose records only this object sees."""
        made = logging.Logger("paho", logging.ERROR)  # noqa: LOG001 — one for each client, and without a parent
        made.addHandler(self)
        return made
