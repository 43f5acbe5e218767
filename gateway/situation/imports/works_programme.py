"""The works that an organisation plans for a year, as a table with the names of columns above.

It is CSV in UTF-8, with commas or semicolons, or the first sheet of a workbook of Excel.

`id, headline, street, planned_start, planned_end` are needed; `key, number_from, number_to, category, lon, lat, description` are optional.
Italian names of columns are read, too. Days are as ISO 8601 writes them, or as `31/12/2026`.
"""

import csv
import io
import re
from types import MappingProxyType
from zoneinfo import ZoneInfo

from gateway.situation.imports.drafts import ImportDraft, line_of
from gateway.situation.imports.port import ImportedSituation, ImportRejected, require_count, require_size
from gateway.situation.imports.workbook import is_workbook, read_workbook

_NEEDED = ("id", "headline", "street", "planned_start", "planned_end")
_ITALIAN = MappingProxyType(
    {
        "oggetto": "headline",
        "via": "street",
        "inizio": "planned_start",
        "fine": "planned_end",
        "codice_via": "key",
        "civico_da": "number_from",
        "civico_a": "number_to",
        "categoria": "category",
        "descrizione": "description",
    }
)
_COLUMNS = frozenset({*_NEEDED, *_ITALIAN.values(), "lon", "lat"})
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
"""What a spreadsheet writes instead of a value that it can't compute (ECMA-376, part 1, 18.17.3)."""

_ITALIAN_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def read_works_programme(content: bytes, zone: ZoneInfo) -> list[ImportedSituation]:
    """Return the works of a table, one in each row.

    Raises:
        ImportRejected: It is no table, or columns are missing.
    """
    table = read_workbook(content, zone) if is_workbook(content) else _csv_rows(content)
    columns = [_ITALIAN.get(plain := name.strip().lower(), plain) for name in (table[0] if table else ())]
    missing = [one for one in _NEEDED if one not in columns]
    if missing:
        raise ImportRejected(f"columns are missing: {', '.join(missing)}", f"mancano le colonne: {', '.join(missing)}")
    require_count(len(table) - 1)
    return [_imported(row, columns) for row in table[1:]]


def _csv_rows(content: bytes) -> list[list[str]]:
    require_size(content)
    try:
        text = content.decode("utf-8-sig")
        head = text.partition("\n")[0]
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
        return [row for row in rows if row]
    except UnicodeDecodeError as error:
        raise ImportRejected(f"the table is not in UTF-8: {error}", f"la tabella non è in UTF-8: {error}") from error
    except csv.Error as error:
        raise ImportRejected(f"the document is no table: {error}", f"il documento non è una tabella: {error}") from error


def _imported(row: list[str], columns: list[str]) -> ImportedSituation:
    said = {name: value.strip() for name, value in zip(columns, row, strict=False) if value.strip()}
    draft = ImportDraft(said.get("id", ""))
    for name in sorted(set(columns) - _COLUMNS):
        draft.deviate(f"the column '{name}' is not known", f"la colonna '{name}' non è nota")
    if len(row) > len(columns):
        draft.deviate("the row has more cells than there are columns", "la riga ha più celle delle colonne")
    for name, value in [*said.items()]:
        if value in _ERRORS:
            draft.deviate(f"the cell of '{name}' has the error {value}", f"la cella di '{name}' ha l'errore {value}")
            del said[name]
    draft.properties["kind"] = "roadworks"
    draft.set_texts([said[key] for key in ("headline", "description") if key in said])
    draft.properties["timing"] = {key: _day(said[key]) for key in ("planned_start", "planned_end") if key in said}
    street = {
        key: line_of(said[source])
        for key, source in (("name", "street"), ("key", "key"), ("number_from", "number_from"), ("number_to", "number_to"))
        if source in said
    }
    draft.properties["location"] = {"street_refs": [street] if "name" in street else []}
    draft.properties["roadworks"] = {"category": said["category"]} if "category" in said else {}
    _read_place(draft, said)
    return draft.finish()


def _day(text: str) -> str:
    """Return a day in ISO 8601; what is none is judged by the reader of documents."""
    found = _ITALIAN_DAY.fullmatch(text)
    return text if found is None else f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"


def _read_place(draft: ImportDraft, said: dict[str, str]) -> None:
    if "lon" not in said and "lat" not in said:
        return
    try:
        position = [float(said[key].replace(",", ".")) for key in ("lon", "lat")]
    except (KeyError, ValueError):
        draft.deviate("'lon' and 'lat' are no position", "'lon' e 'lat' non sono una posizione")
        return
    draft.geometry = {"type": "Point", "coordinates": position}
