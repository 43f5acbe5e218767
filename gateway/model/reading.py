"""A reading: one row of a stream at one time."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from gateway.model.batch import Value

ALL_GOOD: Mapping[int, int] = MappingProxyType({})
"""The quality of a reading whose values are all good. Shared: each object that readings contain is one more for the garbage collector."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One row of a stream. `stream` is the position of the stream in its device.

    A value is None if there is no usable one. `quality` maps the index of a field to an OPC UA status code; fields not in it are Good.
    Made for every stream of every poll: a struct costs a tenth of a named tuple, and the garbage collector does not look at it.
    """

    stream: int
    t_ms: int
    values: Sequence[Value]
    quality: Mapping[int, int]
