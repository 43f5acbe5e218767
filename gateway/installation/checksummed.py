"""Installed files begin with a checksum of themselves: so an upgrade replaces what nobody has edited, and keeps what somebody has. Pure."""

import hashlib
import re

_HEAD = re.compile(rb"# Installed by 'gateway install' \(checksum ([0-9a-f]{16})\)[^\n]*\n")


def checksummed(content: bytes, advice: str) -> bytes:
    """Return the content with a first line that has its checksum, and advice for those who want to change it."""
    return f"# Installed by 'gateway install' (checksum {_checksum(content)}). {advice}\n".encode() + content


def is_as_installed(content: bytes) -> bool:
    """Return whether a file is one that was installed, of this or an earlier version, and that nobody has edited."""
    head = _HEAD.match(content)
    return head is not None and head[1].decode() == _checksum(content[head.end() :])


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
