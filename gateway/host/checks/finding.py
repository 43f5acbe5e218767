"""What a check found, and how it is said. Pure."""

from typing import NamedTuple

import msgspec


class Sentence(msgspec.Struct, frozen=True):
    """A sentence for technicians, in English and Italian."""

    en: str
    it: str


class Finding(NamedTuple):
    """Something wrong with what a key of a site file names: what, and what to do. `key` is its path: `uplink.tls.ca`, or `line panel`."""

    key: str
    what: Sentence
    instead: Sentence
    is_error: bool = True
