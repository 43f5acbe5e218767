"""What a format does with a field: documents that differ in it alone are exported, and their exports compared."""

from typing import Any, Literal

import msgspec

from gateway.situation.formats.exporting import exported
from gateway.situation.formats.port import ExchangeFormat
from tests.situation.formats.document_fields import DocumentField, document_fields, documents, feature_of_document, sparse, with_value
from tests.situation.formats.exports import request_of

Fate = Literal["kept", "partly", "around", "lost"]

_SUBJECTS = {"publicevent": "publicevent", "cap": "safety"}
_FEW = 3
_OWN_NAME = "scavo-1"
_COMPANION = feature_of_document(sparse() | {"id": "secondo"})
"""Another situation in each export, to which documents can refer."""
_Files = tuple[bytes, ...]


def fates(exchange_format: ExchangeFormat) -> dict[str, Fate]:
    """Return what becomes of each field.

    `kept`: in some document, all of its values have different exports. `partly`: some have. `around`: it makes no difference itself, but
    the structure around it does by being there. `lost`: no document shows it.
    """
    bases = [(base, files) for base in documents() if (files := _files(exchange_format, base)) is not None]
    return {field.name: _fate(exchange_format, field, bases) for field in document_fields()}


def _fate(exchange_format: ExchangeFormat, field: DocumentField, bases: list[tuple[dict[str, Any], _Files]]) -> Fate:
    changed = around = False
    for base, files in bases:
        kind, subject = base["properties"]["kind"], field.path[0]
        values = field.values if _SUBJECTS.get(subject, subject) == kind or subject == "impact" else field.values[:_FEW]
        found = [_files(exchange_format, _with(base, field, value)) for value in values]
        if len(set(found)) == len(values):
            return "kept"
        absent = _absent(exchange_format, base, field)
        changed = changed or len({*found, *([] if absent is None else [absent])}) > 1
        around = around or set(found) != {files}
    return "partly" if changed else "around" if around else "lost"


def _absent(exchange_format: ExchangeFormat, base: dict[str, Any], field: DocumentField) -> _Files | None:
    """Return the export of a document with everything around a field, but not itself; None if it can't be absent."""
    if field.name == "geometry":
        return None
    document = _with(base, field, field.values[0])
    place = document["properties"]
    for name in field.path[:-1]:
        place = place[name][0] if isinstance(place[name], list) else place[name]
    del place[field.path[-1]]
    try:
        return _files(exchange_format, document)
    except msgspec.ValidationError:
        return None


def _with(base: dict[str, Any], field: DocumentField, value: Any) -> dict[str, Any]:
    document = dict(base)
    with_value(document, field.path, value)
    return document


def _files(exchange_format: ExchangeFormat, document: dict[str, Any]) -> _Files | None:
    export = exported(exchange_format, request_of(feature_of_document(document), _COMPANION))
    return None if any(one.situation == _OWN_NAME for one in export.left_out) else tuple(file.content for file in export.files)
