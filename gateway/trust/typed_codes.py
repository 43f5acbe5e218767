"""Secret codes that people read from paper and type. Pure."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters without I, L, O and U, which are mistaken for others (Crockford's base 32): five bits a character."""

_MISREAD = str.maketrans("ILO", "110")


def new_code(length: int, group: int) -> str:
    """Return a new code of so many characters in groups: PQ3R9-…."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(length)), group)


def code_as_typed(text: str, length: int, group: int) -> str | None:
    """Return the code that a person typed, without regard to case, spaces and characters that look alike; None if it can't be one."""
    code = "".join(text.upper().replace("-", " ").split()).translate(_MISREAD)
    return _grouped(code, group) if len(code) == length and set(code) <= set(ALPHABET) else None


def _grouped(code: str, group: int) -> str:
    return "-".join(code[at : at + group] for at in range(0, len(code), group))
