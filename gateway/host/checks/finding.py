"""What a check found. Pure."""

from typing import NamedTuple


class Finding(NamedTuple):
    """Something wrong with what a key of a site file names: what, and what to do. `key` is its path: `uplink.tls.ca`, or `line panel`."""

    key: str
    what: str
    instead: str
    is_error: bool = True
