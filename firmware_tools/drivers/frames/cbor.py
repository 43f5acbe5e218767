"""The part of CBOR that the Simple Management Protocol uses: maps, lists, texts, bytes, integers, true, false and null. Pure.

Source: RFC 8949, sections 3.1 (major types) and 3.2 (indefinite lengths, which MCUboot sends).
"""

import struct
from collections.abc import Mapping
from typing import Any

_DEEPEST = 6
_LONGEST_LIST = 1000
_BREAK = 0xFF
_SIMPLE: Mapping[int, object] = {0xF4: False, 0xF5: True, 0xF6: None, 0xF7: None}
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG = range(7)
_INDEFINITE = 31


class CborError(ValueError):
    """Bytes are no CBOR, or more than a device has to say."""


def encode(value: object) -> bytes:
    """Encode a map, text, bytes, an integer from 0 on, or true or false.

    Raises:
        TypeError: the value is something else.
    """
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int) and value >= 0:
        return _head(_UNSIGNED, value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    if isinstance(value, dict):
        return _head(_MAP, len(value)) + b"".join(encode(key) + encode(item) for key, item in value.items())
    raise TypeError(f"{value!r} has no place in a request")


def _head(major: int, argument: int) -> bytes:
    for size, info, form in ((1, 24, ">BB"), (2, 25, ">BH"), (4, 26, ">BI"), (8, 27, ">BQ")):
        if argument < 24:
            return bytes((major << 5 | argument,))
        if argument < 1 << 8 * size:
            return struct.pack(form, major << 5 | info, argument)
    raise TypeError(f"{argument} is too large")


def decode(data: bytes) -> Any:  # noqa: ANN401 — any value
    """Decode one value, which must be all of the data.

    Raises:
        CborError: it is not.
    """
    try:
        value, end = _Decoder(data).value(0, 0)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise CborError("the value is incomplete or damaged") from error
    if end != len(data):
        raise CborError("more follows the value")
    return value


class _Decoder:
    """Decodes values of some data: each call returns a value and where it ends."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        first = self._data[at]
        major, info = first >> 5, first & 31
        if first in _SIMPLE:
            return _SIMPLE[first], at + 1
        if depth > _DEEPEST or major > _MAP:
            raise CborError(f"byte {first:#04x} begins nothing that a device has to say")
        if info == _INDEFINITE:
            return self._indefinite(major, at + 1, depth)
        argument, at = self._argument(info, at + 1)
        if major in (_UNSIGNED, _NEGATIVE):
            return (argument if major == _UNSIGNED else -1 - argument), at
        if major in (_BYTES, _TEXT):
            content = self._data[at : at + argument]
            if len(content) < argument:
                raise CborError("the value is incomplete")
            return (content if major == _BYTES else content.decode()), at + argument
        if argument > _LONGEST_LIST:
            raise CborError("the list is too long")
        items = []
        for _ in range(argument * (2 if major == _MAP else 1)):
            item, at = self.value(at, depth + 1)
            items.append(item)
        return _made(major, items), at

    def _argument(self, info: int, at: int) -> tuple[int, int]:
        if info < 24:
            return info, at
        if info > 27:
            raise CborError("the length of a value is invalid")
        size = 1 << info - 24
        content = self._data[at : at + size]
        if len(content) < size:
            raise CborError("the value is incomplete")
        return int.from_bytes(content, "big"), at + size

    def _indefinite(self, major: int, at: int, depth: int) -> tuple[Any, int]:
        if major not in (_LIST, _MAP):
            raise CborError("only lists and maps may have an indefinite length here")
        items: list[Any] = []
        while self._data[at] != _BREAK:
            item, at = self.value(at, depth + 1)
            items.append(item)
            if len(items) > 2 * _LONGEST_LIST:
                raise CborError("the list is too long")
        return _made(major, items), at + 1


def _made(major: int, items: list[Any]) -> Any:  # noqa: ANN401 — any value
    if major == _LIST:
        return items
    if len(items) % 2 or not all(isinstance(key, str | int) for key in items[::2]):
        raise CborError("a map has keys that are no texts, or a key without a value")
    return dict(zip(items[::2], items[1::2], strict=True))
