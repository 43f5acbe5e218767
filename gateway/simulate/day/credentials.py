"""What lets the organisations in: users of the broker with access rules as a site has them, and tokens of the API."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gateway.host import clock
from gateway.host.files import write_whole
from gateway.model.site.access import AccessSettings
from gateway.simulate.day.organisations import ORGANISATIONS, PERSON
from gateway.trust.access_rules import AccessPlan, access_file
from gateway.web.operator.users import UsersFile
from gateway.web.situation.pages.people import ADD_WITH, login_name
from gateway.web.situation.tokens import TokensFile

WATCHING = "comune"
"""The organisation whose password opens the pages."""

_SALT_BYTES, _HASH_BYTES, _ITERATIONS = 12, 64, 101
"""As `mosquitto_passwd` of mosquitto 2.0 makes them (`$7$`: PBKDF2 with SHA-512)."""


class DayCredentials(NamedTuple):
    """The password and the token of each organisation, and where they are used."""

    site: str
    broker_port: int
    api_port: int
    passwords: Mapping[str, str]
    tokens: Mapping[str, str]

    @property
    def wall(self) -> str:
        """The address of the wall."""
        return f"http://127.0.0.1:{self.api_port}/room"


def issue_passwords(folder: Path, site: str, broker_port: int, api_port: int) -> DayCredentials:
    """Return new passwords, and write what the broker recognises them by, before it starts."""
    names = [one.name for one in ORGANISATIONS]
    passwords = {name: secrets.token_urlsafe(12) for name in names}
    plan = AccessPlan(site, AccessSettings(), frozenset(), {}, frozenset(names))
    write_whole(folder / "day.acl", access_file(plan).encode())
    write_whole(folder / "day.passwords", "".join(f"{name}:{_hashed(one)}\n" for name, one in passwords.items()).encode())
    return DayCredentials(site, broker_port, api_port, passwords, {})


def with_tokens(folder: Path, credentials: DayCredentials) -> DayCredentials:
    """Return credentials with new tokens, and write what the API recognises them by; `organisations.json` is for people.

    On the pages, the municipality alone has a password, which is that of its user.
    """
    file = TokensFile(folder / "situation-tokens.json")
    tokens = {name: file.issue(name, "day", "editor", clock.now_ms()) for name in credentials.passwords}
    watching = login_name(PERSON, WATCHING)
    UsersFile(folder / "situation-people.json", ADD_WITH).put(watching, "viewer", credentials.passwords[WATCHING])
    people = {
        "broker": f"mqtt://127.0.0.1:{credentials.broker_port}",
        "api": f"http://127.0.0.1:{credentials.api_port}",
        "wall": {"url": credentials.wall, "user": watching, "password": credentials.passwords[WATCHING]},
        "organisations": {name: {"password": one, "token": tokens[name]} for name, one in credentials.passwords.items()},
    }
    write_whole(folder / "organisations.json", msgspec.json.format(msgspec.json.encode(people), indent=2))
    return credentials._replace(tokens=tokens)


def listener(folder: Path, port: int) -> str:
    """Return the lines of mosquitto.conf for the listener of organisations."""
    return f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {folder}/day.passwords\nacl_file {folder}/day.acl\n"


def room_document(credentials: DayCredentials) -> dict[str, Any]:
    """Return what the site file says of the Situation Room: its organisations, and its API and pages on loopback."""
    organisations = {
        one.name: {"title": one.title, "people": {PERSON: "editor"}} | ({"authority": True} if one.authority else {})
        for one in ORGANISATIONS
    }
    api = {"listen": f"127.0.0.1:{credentials.api_port}", "public": True, "pages": {}}
    return {"patron": "12-26", "organisations": organisations, "api": api}


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(_SALT_BYTES)
    found = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS, _HASH_BYTES)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(found).decode()}"
