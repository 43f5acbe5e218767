"""The first sheet of a workbook of Excel (Office Open XML, ECMA-376), as a table of texts.

Everything in it is unpacked and parsed once before a library reads it: what is too large, too deeply nested, or declares a document type
(and so, could declare entities) is refused.
"""

import io
import lzma
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError, ParserCreate
from zoneinfo import ZoneInfo

from gateway.situation.imports.port import MOST_SITUATIONS, ImportRejected, require_size

try:
    import openpyxl
except ModuleNotFoundError:  # it is in an extra
    openpyxl = None

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_MAGIC = b"PK\x03\x04"
_MOST_UNPACKED, _MOST_MEMBERS = 64 << 20, 1000
_MOST_ELEMENTS, _MOST_DEPTH = 2_000_000, 60
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 100
_CHUNK_BYTES = 1 << 16
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, ParseError, EOFError, KeyError, IndexError, ValueError, TypeError, AttributeError,
    OverflowError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip
"""What openpyxl and zipfile raise for workbooks that are none: openpyxl has no exception of its own for most of them."""


class _Refused(Exception):
    """What no workbook needs."""


def is_workbook(content: bytes) -> bool:
    """Return whether a document is a ZIP archive, as workbooks are."""
    return content.startswith(_MAGIC)


def read_workbook(content: bytes, zone: ZoneInfo) -> list[list[str]]:
    """Return the rows of the first sheet, without empty ones. Of formulas, it has the values that Excel has computed last.

    Raises:
        ImportRejected: It is no workbook, more than is read, or the library is missing.
    """
    require_size(content)
    if openpyxl is None:
        raise ImportRejected(
            "workbooks of Excel need the package openpyxl: pip install 'street-gateway[centre]'",
            "per le cartelle di Excel serve il pacchetto openpyxl: pip install 'street-gateway[centre]'",
        )
    try:
        _inspect(content)
        return _rows(content, zone)
    except _Refused as refused:
        en = "the workbook is too large, too deeply nested, or declares a document type: write the table as CSV"
        it = "la cartella è troppo grande, troppo annidata, o dichiara un tipo: scrivere la tabella come CSV"
        raise ImportRejected(en, it) from refused
    except _DAMAGED as error:
        en, it = "the document is no workbook of Excel", "il documento non è una cartella di Excel"
        raise ImportRejected(f"{en}: {error}", f"{it}: {error}") from error


def _inspect(content: bytes) -> None:
    """Raise _Refused if a library must not read the workbook."""
    unpacked = elements = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > _MOST_MEMBERS:
            raise _Refused
        for member in members:
            scan = _Scan()
            with archive.open(member) as file:
                while chunk := file.read(_CHUNK_BYTES):
                    unpacked += len(chunk)
                    scan.feed(chunk)
                    if unpacked > _MOST_UNPACKED or elements + scan.elements > _MOST_ELEMENTS:
                        raise _Refused
            elements += scan.elements


class _Scan:
    """Parses a member, as long as it is XML; others, such as images, are not read."""

    def __init__(self) -> None:
        self.elements = 0
        self._depth, self._is_xml = 0, True
        self._parser = ParserCreate()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, chunk: bytes) -> None:
        """Parse the next part.

        Raises:
            _Refused: It declares a document type, or is too deeply nested.
        """
        if self._is_xml:
            try:
                self._parser.Parse(chunk)
            except (ExpatError, LookupError, ValueError):
                self._is_xml = False

    def _start(self, *_element: object) -> None:
        self.elements, self._depth = self.elements + 1, self._depth + 1
        if self._depth > _MOST_DEPTH:
            raise _Refused

    def _end(self, _tag: str) -> None:
        self._depth -= 1

    @staticmethod
    def _refuse(*_declaration: object) -> None:
        raise _Refused


def _rows(content: bytes, zone: ZoneInfo) -> list[list[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and dates that it does not know
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            return list(_texts(workbook.worksheets[0], zone))
        finally:
            workbook.close()


def _texts(sheet: "ReadOnlyWorksheet", zone: ZoneInfo) -> Iterator[list[str]]:
    count = 0
    for row in sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True):
        if row.count(None) == len(row):
            continue
        texts = [_text(value, zone) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        yield texts
        count += 1
        if count > MOST_SITUATIONS + 1:
            return


def _text(value: object, zone: ZoneInfo) -> str:
    """Return a cell as a table in CSV would have it: numbers without an empty fraction, days and instants as ISO 8601 writes them."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.replace(tzinfo=zone).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
