"""What pushes left, remembered in Grafana itself: each push that changes something is an annotation, whose data lists every resource."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from dashboards.publish.api import GrafanaApi
from dashboards.publish.plan import Published

TAGS = ("street-gateway", "published")


def read_record(api: GrafanaApi, site: str) -> dict[str, Published]:
    """Return what the last push of a site left, by the keys of the resources; nothing before the first.

    Raises:
        GrafanaError: Grafana does not answer, or refuses.
    """
    found = api.send("GET", f"/api/annotations?type=annotation&limit=1&{'&'.join(f'tags={tag}' for tag in [*TAGS, site])}")
    data = (found[0].get("data") or {}) if found else {}
    listed = data.get("resources")
    if not isinstance(listed, Mapping):
        return {}
    return {key: Published(*map(str, one)) for key, one in listed.items() if isinstance(one, list) and len(one) == len(Published._fields)}


def write_record(api: GrafanaApi, site: str, text: str, record: Mapping[str, Published]) -> None:
    """Add an annotation, which time series can show, with what a push left.

    Raises:
        GrafanaError: Grafana does not answer, or refuses.
    """
    api.send(
        "POST",
        "/api/annotations",
        {"text": text, "tags": [*TAGS, site], "data": {"resources": {key: list(one) for key, one in record.items()}}},
    )


def fingerprint(values: Mapping[str, str], before: str = "") -> str:
    """Return a text that tells whether secrets are still those that made `before`, and from which they can't be guessed quickly.

    It is `before` itself if they are, and a new one with a new salt if not; without secrets it is empty.
    """
    if not values:
        return ""
    joined = "\0".join(f"{key}\0{values[key]}" for key in sorted(values)).encode()
    salt, _, _ = before.partition("$")
    if salt and hmac.compare_digest(_scrypt(joined, salt), before):
        return before
    return _scrypt(joined, secrets.token_hex(8))


def _scrypt(secret: bytes, salt: str) -> str:
    return f"{salt}${hashlib.scrypt(secret, salt=salt.encode(), n=1 << 14, r=8, p=1, dklen=16).hex()}"
