"""Decoding JSON from untrusted senders."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")


def json_reader(type_: type[T]) -> Callable[[bytes], T]:
    """Return a function that decodes JSON into a type.

    It raises only ValueError for invalid data: the errors of msgspec and those for text that is not UTF-8 are ValueErrors, and the
    RecursionError of data that is nested too deeply becomes one.
    """
    decode = msgspec.json.Decoder(type_).decode

    def read(payload: bytes) -> T:
        try:
            return decode(payload)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    return read
