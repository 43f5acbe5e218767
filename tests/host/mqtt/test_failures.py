"""Why connections fail. With real brokers: `tests/system/test_refusals.py`."""

import asyncio
import logging
import socket
import ssl

import pytest

from gateway.host.mqtt import Disconnected, PublishRefused
from gateway.host.mqtt.failures import Failures, SocketErrors, reason_of


def verification(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "as OpenSSL says it"
    return error


def tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}]")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (verification(10), "the broker's certificate has expired"),
        (verification(99), "the broker's certificate is not valid: as OpenSSL says it"),
        (tls("TLSV13_ALERT_CERTIFICATE_REQUIRED"), "the broker requires a certificate of this client: set 'tls: cert' and 'tls: key'"),
        (tls("SSLV3_ALERT_CERTIFICATE_EXPIRED"), "this client's certificate has expired"),
        (tls("SOMETHING_NEW"), "TLS failed: SOMETHING_NEW"),
        (socket.gaierror(-2, "Name or service not known"), "the host name is unknown: Name or service not known"),
        (ConnectionRefusedError(111, "Connection refused"), "connection refused"),
        (TimeoutError(), "no answer"),
        (OSError("without a number"), "without a number"),
        (None, "it ended the connection without a reason"),
    ],
)
def test_each_failure_has_a_reason_in_words(error: OSError | None, reason: str) -> None:
    assert reason_of(error) == reason


def test_a_reason_is_logged_again_only_after_a_connection(caplog: pytest.LogCaptureFixture) -> None:
    failures = Failures("mqtt://b")
    for reason in ("a", "a", "b", "b", "a"):
        failures.report(reason)
    failures.end()
    failures.report("b")
    assert caplog.messages == [f"can't connect to the broker mqtt://b: {reason}; retrying" for reason in "abb"]


def test_the_first_change_of_the_protocol_version_is_immediate_and_the_others_wait_longer_and_longer() -> None:
    failures = Failures("mqtt://b")
    waits = [failures.before_switch_s() for _ in range(9)]
    assert waits[0] == 0.0
    assert 0.7 < waits[1] < 1.3
    assert 22 < waits[-1] < 38
    failures.end()
    assert failures.before_switch_s() == 0.0


def test_the_error_of_a_socket_is_found_in_the_log_of_its_client_alone(caplog: pytest.LogCaptureFixture) -> None:
    errors = SocketErrors()
    assert errors.take() is None
    error = ConnectionResetError("gone")
    errors.logger().error("failed to receive on socket: %s", error)
    errors.logger().error("something else")
    errors.logger().debug("sending %s", OSError("of no interest"))
    assert (errors.take(), errors.take()) == (error, None)
    assert caplog.records == []
    assert "paho" not in logging.Logger.manager.loggerDict


async def test_a_subscription_that_the_broker_refuses_is_logged_and_one_that_ends_with_its_connection_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for error in (PublishRefused("Not authorized"), Disconnected("the connection ended")):
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        answered.set_exception(error)
        Failures("mqtt://b").report_subscription(("a", "b"), answered)
    assert caplog.messages == ["the broker mqtt://b refuses a subscription (a, b): Not authorized; check its access rules"]


def test_an_end_without_a_reason_does_not_replace_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    failures, nothing = Failures("mqtts://b"), reason_of(ssl.SSLEOFError(8, "EOF occurred in violation of protocol"))
    for reason in (nothing, nothing, "expired", nothing, "expired"):
        failures.report(reason)
    assert [record.getMessage().split(": ")[1] for record in caplog.records] == [f"{nothing}; retrying", "expired; retrying"]
