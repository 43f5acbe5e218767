"""Reading messages that anybody may have written."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")


def json_reader(type_: type[T]) -> Callable[[bytes], T]:
    """Give the function that reads JSON of a type.

    It raises ValueError, and nothing else, for whatever is none: msgspec's errors are such, and those of texts that are no UTF-8; what is
    nested too deeply is made one.
    """
    decode = msgspec.json.Decoder(type_).decode

    def read(payload: bytes) -> T:
        try:
            return decode(payload)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error

    return read
