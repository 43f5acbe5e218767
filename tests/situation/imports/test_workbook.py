"""Workbooks of Excel: those that openpyxl writes, and hostile ones."""

import contextlib
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from gateway.situation.imports import workbook as module
from gateway.situation.imports.port import ImportRejected
from gateway.situation.imports.workbook import is_workbook, read_workbook
from gateway.situation.imports.works_programme import read_works_programme
from tests.situation.examples import ROME

HEAD = ["ID", "Oggetto", "Via", "Inizio", "Fine", "lon", "lat"]
_SHEET = "xl/worksheets/sheet1.xml"


def workbook(*rows: Sequence[object]) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def changed(content: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """Return a workbook whose members are changed."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
        for name, added in more.items():
            after.writestr(name, added)
    return found.getvalue()


def in_sheet(content: bytes, before: bytes, after: bytes) -> bytes:
    return changed(content, lambda name, member: re.sub(before, lambda _: after, member, count=1) if name == _SHEET else member)


def rejected(content: bytes) -> str:
    with pytest.raises(ImportRejected) as found:
        read_workbook(content, ROME)
    return found.value.text.en


def test_the_works_of_a_workbook_are_those_of_the_same_table_in_csv() -> None:
    rows: list[Sequence[object]] = [
        [12, "Condotta", "Via Roma", date(2027, 2, 1), datetime(2027, 2, 28), 11.1, 43.9],  # noqa: DTZ001 — Excel has no zones
        [None] * 7,
        ["a-2", " Allaccio ", "Via Verdi", "3/3/2027", datetime(2027, 3, 3, 18, 30)],  # noqa: DTZ001
    ]
    found = read_works_programme(workbook(HEAD, *rows), ROME)
    table = "ID,Oggetto,Via,Inizio,Fine,lon,lat\n12,Condotta,Via Roma,2027-02-01,2027-02-28,11.1,43.9\n"
    table += "a-2,Allaccio,Via Verdi,3/3/2027,2027-03-03T18:30:00+01:00\n"
    assert found == read_works_programme(table.encode(), ROME)
    assert all(one.draft is not None and one.deviations == () for one in found)


def test_numbers_truths_and_empty_cells_are_as_a_person_would_write_them() -> None:
    content = workbook(["a", None, 12.0, 1.5, True, None, None])
    assert read_workbook(content, ROME) == [["a", "", "12", "1.5", "True"]]


def test_a_formula_has_the_value_that_was_computed_last_and_an_error_is_named() -> None:
    content = workbook(HEAD, ["a-1", "=1+1", "#REF!", date(2027, 2, 1), date(2027, 2, 2)])
    content = in_sheet(content, rb"<v ?/>", b"<v>7</v>")
    assert read_workbook(content, ROME)[1][1] == "7"
    (one,) = read_works_programme(content, ROME)
    assert one.draft is None, "without a street it has no place"
    assert one.deviations[0].en == "the cell of 'street' has the error #REF!"


@pytest.mark.parametrize("declared", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_an_entity_can_expand(declared: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{declared}"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    content = changed(workbook(HEAD), lambda name, member: bomb.encode(declared) if name == _SHEET else member)
    assert "declares a document type" in rejected(content)


def test_an_archive_that_unpacks_to_more_than_is_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = changed(workbook(HEAD), lambda _, member: member, bomb=bytes(65 << 20))
    assert len(content) < 1 << 20
    assert "too large" in rejected(content)
    monkeypatch.setattr(module, "_MOST_MEMBERS", 3)
    assert "too large" in rejected(workbook(HEAD))


def test_too_many_or_too_deeply_nested_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = b"<a>" * 100 + b"</a>" * 100
    assert "too deeply nested" in rejected(changed(workbook(HEAD), lambda name, member: deep if name == _SHEET else member))
    monkeypatch.setattr(module, "_MOST_ELEMENTS", 20)
    assert "too large" in rejected(workbook(HEAD))


def test_a_row_far_down_and_a_cell_far_right_cost_nothing() -> None:
    content = in_sheet(
        workbook(HEAD), rb"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c><c r="A1048576"><v>2</v></c></row></sheetData>'
    )
    assert len(read_workbook(content, ROME)) <= 2


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SITUATIONS", 2)
    assert len(read_workbook(workbook(*[["a"]] * 10), ROME)) == 4, "one more than there may be, so that it is refused"


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + bytes(100), changed(workbook(HEAD), lambda _, __: b"<a/>")])
def test_what_is_no_workbook_is_rejected(content: bytes) -> None:
    assert is_workbook(content)
    assert "no workbook of Excel" in rejected(content)


_GOOD = workbook(HEAD, ["a-1", "Condotta", "Via Roma", date(2027, 2, 1), date(2027, 2, 2), 11.1, 43.9])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(
        [_SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"]
    ),
    st.data(),
)
def test_a_damaged_workbook_is_read_or_rejected_and_nothing_else(name: str, data: st.DataObject) -> None:
    def damaged(member: bytes) -> bytes:
        start = data.draw(st.integers(0, max(0, len(member) - 1)))
        return member[:start] + data.draw(st.binary(max_size=4)) + member[start + data.draw(st.integers(0, 8)) :]

    content = changed(_GOOD, lambda one, member: damaged(member) if one == name else member)
    with contextlib.suppress(ImportRejected):
        assert isinstance(read_workbook(content, ROME), list)


@settings(max_examples=150, deadline=None)
@given(st.integers(4, len(_GOOD) - 1), st.binary(max_size=4), st.integers(0, 8))
def test_a_damaged_archive_is_read_or_rejected_and_nothing_else(start: int, added: bytes, removed: int) -> None:
    with contextlib.suppress(ImportRejected):
        assert isinstance(read_workbook(_GOOD[:start] + added + _GOOD[start + removed :], ROME), list)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "openpyxl", None)
    assert rejected(_GOOD).endswith("pip install 'street-gateway[centre]'")
