"""A text of the program in English and Italian."""

from typing import NamedTuple


class Bilingual(NamedTuple):
    """A sentence for people, in both languages."""

    en: str
    it: str
