"""The signature of a webhook's message, as the specification Standard Webhooks 1.0 says. Pure.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import binascii
import hashlib
import hmac

_SECRET_PREFIX, _SECRET_BYTES = "whsec_", range(24, 65)


def key_of_secret(secret: str) -> bytes:
    """Return the key of a secret, `whsec_` and base64 of 24 to 64 bytes.

    Raises:
        ValueError: It is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(_SECRET_PREFIX) or len(key) not in _SECRET_BYTES:
        raise ValueError("a webhook's secret is 'whsec_' and base64 of 24 to 64 bytes")
    return key


def signed_headers(key: bytes, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message: its id, by which a receiver drops a second copy, its time, and their signature with the body."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp_s), "webhook-signature": f"v1,{signature}"}
