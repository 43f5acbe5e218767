"""A reading: what one stream of a device had to say at one time."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.model.batch import Value


class Reading(NamedTuple):
    """What came of one stream of a device: its position in the device, when, its values, and what is not good by field.

    A value is None where nothing good came.
    """

    stream: int
    t_ms: int
    values: Sequence[Value]
    quality: Mapping[int, int]
