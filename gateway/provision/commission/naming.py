"""Names of assets and devices: from what people type or scan, and counted up. Pure."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from urllib.parse import parse_qs, urlsplit

import msgspec

from gateway.model.topics import LEVEL

_MOST_CHARACTERS = 2048
"""A QR code has up to 2,953 bytes; a label with a name has far fewer."""

_KEYS = ("asset", "id", "code", "codice")
"""Keys under which labels that contain an address or JSON have the name of an asset."""

_PREFIX = re.compile(r"^(?:asset|id|cod(?:e|ice)?)\s*[:=]\s*", re.IGNORECASE)
_WHOLE = re.compile(LEVEL)
_LAST_NUMBER = re.compile(r"\d+(?!.*\d)")

_ROLES: Mapping[str, str] = {
    "lighting_meter": "meter", "lamp": "lamp", "dali_gateway": "dali", "relay": "relay", "cabinet": "cabinet", "traffic": "traffic",
    "presence": "presence", "parking": "parking", "air_quality": "air", "noise": "noise", "weather": "weather", "water": "water",
}  # fmt: skip


def asset_of(text: str) -> str:
    """Return the name of the asset that a label, a QR code or a person gives: `https://city.example/a/QE-041` is `qe-041`.

    Raises:
        ValueError: the text contains no name; the message says what a name is.
    """
    given = text.strip()
    if not given or len(given) > _MOST_CHARACTERS:
        raise ValueError("the label is empty or too long: type the asset's name, such as qe-041")
    return as_name(_named(given))


def as_name(text: str) -> str:
    """Return a text as a name: lower-case letters, digits and hyphens.

    Raises:
        ValueError: nothing of it remains, or too much.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not _WHOLE.fullmatch(name):
        raise ValueError(f"'{text:.80}' can't be a name; names have up to 63 lower-case letters, digits and hyphens, such as qe-041")
    return name


def device_name(asset: str, kind: str, taken: Collection[str]) -> str:
    """Return a name for a device of an asset that is not taken: `qe-041-meter`, then `qe-041-meter-2`."""
    base = f"{asset[:50].rstrip('-')}-{_ROLES.get(kind, 'device')}"
    return next(name for number in range(1, len(taken) + 2) if (name := base if number == 1 else f"{base}-{number}") not in taken)


def counted_up(name: str, by: int = 1) -> str:
    """Return a name with its last number counted up, of the same width at least: `qe-041-meter` becomes `qe-042-meter`."""
    found = _LAST_NUMBER.search(name)
    if found is None:
        return f"{name}-{by + 1}"
    number = str(int(found.group()) + by).zfill(len(found.group()))
    return name[: found.start()] + number + name[found.end() :]


def _named(text: str) -> str:
    """Return the part of a label that names the asset."""
    if text.startswith("{"):
        try:
            content = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return text
        return _of_keys(content if isinstance(content, dict) else {}) or text
    parts = urlsplit(text) if re.match(r"^[a-z][a-z0-9+.-]*://", text, re.IGNORECASE) else None
    if parts is not None:
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        return _of_keys(query) or parts.path.rstrip("/").rpartition("/")[2] or parts.netloc
    return _PREFIX.sub("", text)


def _of_keys(content: Mapping[str, object]) -> str | None:
    lower = {str(key).lower(): value for key, value in content.items()}
    return next((str(lower[key]) for key in _KEYS if isinstance(lower.get(key), str | int) and lower[key] != ""), None)
