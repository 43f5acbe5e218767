"""Enumerations of others, which grow: a member that this version does not know is read as `other`, and its text is kept.

Street Manager warns its clients of `upcoming_enum`, DATEX II extends its lists in each version; an event must not be lost for that.
"""

import re
from enum import StrEnum
from typing import Any, Self

WORD = r"[A-Za-z][A-Za-z0-9_-]{0,63}"
"""The form of a member, known or not."""

_WORD = re.compile(WORD)


class OpenEnumeration(StrEnum):
    """An enumeration with a member OTHER. An unknown text becomes a member of that name with the text as its value."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str) or _WORD.fullmatch(value) is None:
            return None
        unknown = str.__new__(cls, value)
        unknown._name_, unknown._value_ = "OTHER", value
        return unknown

    @property
    def member(self) -> Self:
        """The member as this version understands it: itself, or OTHER."""
        return type(self)[self.name]


def open_schema(part: Any) -> Any:  # noqa: ANN401 — any part of a JSON document
    """Return a JSON Schema in which open enumerations accept members of later versions."""
    if isinstance(part, list):
        return [open_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "enum" in part and part.get("title") in _open_titles():
        known = {key: value for key, value in part.items() if key in ("enum", "title", "description")}
        title = known.pop("title")
        return {"title": title, "anyOf": [known, {"type": "string", "pattern": f"^{WORD}$", "description": "Read it as `other`."}]}
    return {key: open_schema(value) for key, value in part.items()}


def _open_titles() -> set[str]:
    return {one.__name__ for one in OpenEnumeration.__subclasses__()}
