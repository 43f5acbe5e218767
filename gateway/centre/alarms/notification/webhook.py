"""Posts a signed message to a webhook over HTTP."""

import http.client
import ssl
from urllib.parse import urlsplit

from gateway.alarms.notification.webhook_body import signed_headers
from gateway.centre.alarms.notification.errors import NotDelivered
from gateway.host import clock
from gateway.model.site import AlarmContactSettings

_TIMEOUT_S = 20.0
_ANSWER_LIMIT_BYTES = 1000
_FINAL = (400, 410, 413, 415, 422)
"""What says that this message will not be accepted. Other errors may end: a wrong path or secret is corrected, a server is repaired."""


def post(contact: AlarmContactSettings, key: bytes, message_id: str, body: bytes) -> str:
    """Post a message, and return the sentence with which it was accepted.

    Args:
        contact: The webhook's address and authorities.
        key: The key of its secret.
        message_id: The id of the message; a copy of it has the same.
        body: JSON.

    Raises:
        NotDelivered: The response was not a success, or there was none. Redirections are not followed: what is signed is for one address.
    """
    url = urlsplit(contact.webhook or "")
    headers = {"Content-Type": "application/json", "User-Agent": "street-gateway"} | signed_headers(
        key, message_id, clock.now_ms() // 1000, body
    )
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        connection = _connection(url.scheme, url.hostname or "", url.port, contact.ca)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            said = response.read(_ANSWER_LIMIT_BYTES).decode("utf-8", "replace").strip()
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(f"{url.netloc}: {error}") from error
    if not 200 <= response.status < 300:
        shown = said.splitlines()[0][:200] if said else response.reason
        raise NotDelivered(f"{url.netloc} answered {response.status} {shown}", is_final=response.status in _FINAL)
    return f"{url.netloc} answered {response.status}"


def _connection(scheme: str, host: str, port: int | None, ca: str | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=ssl.create_default_context(cafile=ca))
    return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
