"""Rows of batches as the tests write them."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.model.batch import Value


class Row(NamedTuple):
    """One reading: its stream's number, its time after the batch's t0, its values, and by field the qualities that are not Good."""

    stream: int
    dt_ms: int
    values: Sequence[Value]
    quality: dict[int, int] | None = None
