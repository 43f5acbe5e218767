"""The codes of the technician's page: files in the gateway's folder `state`, that only its user can read.

`technician.code` is the code of the label, for people; `technician.hash` is what a typed one is compared with. So the first may be deleted
when the label is printed. As long as it is there it counts: one that was written before the start is the gateway's code. `reader.code` and
`reader.hash` belong to those who may only look.
"""

import asyncio
import logging
import os
from pathlib import Path
from typing import get_args

from gateway.host.files import SecretError, heir_of, read_secret, write_whole
from gateway.host.threads import OneThread
from gateway.trust import typed_codes
from gateway.web.json_api import ApiError
from gateway.web.sessions import hash_password, password_matches
from gateway.web.technician.login import PageLogin, PageRole

log = logging.getLogger(__name__)

FOLDER = "page"
"""The name of the codes' folder in the folder `state` of a gateway."""

ROLES: tuple[PageRole, ...] = get_args(PageRole)

_LENGTH, _GROUP = 8, 4
"""Forty bits: short enough to be typed with a thumb, and more than can be guessed (`gateway.web.attempts`)."""


_UNUSABLE = (SecretError, OSError, ValueError)


class CodeFiles:
    """The codes of one gateway. Methods raise OSError or SecretError if a file can't be used, and ValueError if it is damaged."""

    def __init__(self, state: Path) -> None:
        self._folder = state / FOLDER

    def prepare(self) -> None:
        """Make the codes that are missing. Takes some tenths of a second: call it in a thread."""
        for role in ROLES:
            code, stored = self.code_of(role), self._hash(role).exists()
            if code is None and not stored:
                self.renew(role)
            elif code is not None and not (stored and password_matches(code, read_secret(str(self._hash(role))))):
                self._write(self._hash(role), hash_password(code))

    def code_of(self, role: PageRole) -> str | None:
        """Return the code of a role; None if its file was deleted."""
        file = self._code(role)
        if not file.exists():
            return None
        code = typed_codes.code_as_typed(read_secret(str(file)), _LENGTH, _GROUP)
        if code is None:
            raise ValueError(f"{file} has no code of {_LENGTH} letters and digits; correct it, or delete it")
        return code

    def renew(self, role: PageRole) -> str:
        """Make a new code for a role, and return it."""
        code = typed_codes.new_code(_LENGTH, _GROUP)
        self._write(self._code(role), code)
        self._write(self._hash(role), hash_password(code))
        return code

    def role_of(self, typed: str) -> PageRole | None:
        """Return whose code this is; None if it is nobody's. Takes a tenth of a second or more: call it in a thread."""
        code = typed_codes.code_as_typed(typed, _LENGTH, _GROUP)
        if code is None:
            return None
        return next((role for role in ROLES if password_matches(code, read_secret(str(self._hash(role))))), None)

    def _write(self, path: Path, text: str) -> None:
        owner = heir_of(self._folder.parent)
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700, parents=True)
            if owner is not None:
                os.chown(self._folder, *owner)
        write_whole(path, f"{text}\n".encode(), owner=owner)

    def _code(self, role: PageRole) -> Path:
        return self._folder / f"{role}.code"

    def _hash(self, role: PageRole) -> Path:
        return self._folder / f"{role}.hash"


class LabelCodes:
    """The codes, as the running gateway checks and changes them. `login` is that of its page, if it has one."""

    def __init__(self, files: CodeFiles) -> None:
        self._files, self._thread = files, OneThread("codes")
        self._preparing: asyncio.Task[None] | None = None
        self.login: PageLogin | None = None

    def prepare(self) -> None:
        """Begin to make the codes that are missing; logins wait for that."""
        self._preparing = asyncio.create_task(self._prepare(), name="codes of the page")

    async def _prepare(self) -> None:
        try:
            await self._thread.run(self._files.prepare)
        except _UNUSABLE as error:
            log.warning("nobody can log in to the technician's page: %s", error)

    async def role_of(self, code: str) -> PageRole | None:
        """Return whose code this is; None if it is nobody's."""
        if self._preparing is not None:
            await asyncio.wait((self._preparing,))
        try:
            return await self._thread.run(self._files.role_of, code)
        except _UNUSABLE as error:
            raise ApiError(503, f"the codes can't be read: {error}", f"i codici non sono leggibili: {error}") from error

    async def renew(self, role: PageRole) -> str:
        """Make a new code for a role, end the sessions of the old one, and return the new one."""
        try:
            code = await self._thread.run(self._files.renew, role)
        except _UNUSABLE as error:
            raise ApiError(503, f"the code can't be changed: {error}", f"il codice non può essere cambiato: {error}") from error
        if self.login is not None:
            self.login.close_all_of(role)
        return code

    def close(self) -> None:
        """End the thread."""
        self._thread.close(wait=False)
