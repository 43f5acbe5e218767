"""Signed tokens, made without the code that reads them."""

import base64
import json
from pathlib import Path
from typing import Any

from tests.host.signatures.openssl import signature_of

AUDIENCE = "https://situations.example"


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def claims_at(now_ms: int, **others: Any) -> dict[str, Any]:
    """Return claims of a minute from now on; None leaves one out."""
    now_s = now_ms // 1000
    said = {"aud": AUDIENCE, "iat": now_s, "nbf": now_s, "exp": now_s + 60, "jti": "1", "iss": "publiacqua", "sub": "works"}
    return {name: value for name, value in (said | others).items() if value is not None}


def token_of(secret: Path, claims: dict[str, Any], algorithm: str = "ES256", **header: Any) -> str:
    """Return a token; header values of None are left out."""
    head = {"alg": algorithm, "typ": "JWT", "kid": "publiacqua/works", **header}
    content = ".".join(part(json.dumps(one).encode()) for one in ({name: one for name, one in head.items() if one is not None}, claims))
    return f"{content}.{part(signature_of(secret, algorithm, content.encode()))}"
