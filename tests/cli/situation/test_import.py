"""`gateway situation import`."""

from datetime import date
from pathlib import Path

from openpyxl import Workbook

from tests.cli.situation.room import ANNA, LUCA, Room

HEAD = "id;oggetto;via;inizio;fine\n"
ROW = "rete-7;Rinnovo condotta;Via Milano;10/01/2027;20/01/2027\n"


def table(folder: Path, text: str) -> Path:
    path = folder / "piano.csv"
    path.write_text(text)
    return path


def test_a_programme_is_published_once_and_updated_when_it_changes(room: Room, tmp_path: Path) -> None:
    options = ("--format", "works-programme", *ANNA)
    assert room("import", table(tmp_path, HEAD + ROW), *options, "--dry-run").output == "rete-7: published\n1 published\n"
    assert "rete-7" not in room("list").output
    assert room("import", table(tmp_path, HEAD + ROW), *options).output == "rete-7: published\n1 published\n"
    assert "rete-7" in room("list").output
    assert room("import", table(tmp_path, HEAD + ROW), *options).output == "rete-7: unchanged\n1 unchanged\n"
    assert room("import", table(tmp_path, HEAD + ROW.replace("20/01", "22/01")), *options).output == "rete-7: updated\n1 updated\n"
    assert "planned from 2027-01-10 to 2027-01-22" in room("show", "rete-7").output


def test_a_programme_can_be_a_workbook_of_excel(room: Room, tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (HEAD.strip().split(";"), ["rete-9", "Rinnovo condotta", "Via Milano", date(2027, 1, 10), date(2027, 1, 20)]):
        book.active.append(row)
    book.save(tmp_path / "piano.xlsx")
    assert room("import", tmp_path / "piano.xlsx", "--format", "works-programme", *ANNA).output == "rete-9: published\n1 published\n"
    assert "planned from 2027-01-10 to 2027-01-20" in room("show", "rete-9").output
    (tmp_path / "piano.xlsx").write_bytes(b"PK\x03\x04")
    done = room("import", tmp_path / "piano.xlsx", "--format", "works-programme", *ANNA)
    assert (done.exit_code, "no workbook of Excel" in done.output) == (1, True)


def test_what_is_not_understood_is_named_and_the_rest_goes_on(room: Room, tmp_path: Path) -> None:
    text = HEAD.strip() + ";colore\n" + "Rete 8;Scavo;Via Milano;mai;20/01/2027;rosso\n" + ROW
    done = room("import", table(tmp_path, text), "--format", "works-programme", *ANNA)
    assert done.exit_code == 1
    first, column, reason, second, _, last = done.output.splitlines()
    assert (first, second, last) == ("Rete 8: not imported", "rete-7: published", "1 not imported, 1 published")
    assert column == "  the column 'colore' is not known"
    assert reason == "  this text has not the form that is expected, or control characters - at `$.properties.timing.planned_start`"


def test_what_others_have_published_is_not_overwritten(room: Room, tmp_path: Path) -> None:
    done = room("import", table(tmp_path, HEAD + ROW.replace("rete-7", "scavo-1")), "--format", "works-programme", *LUCA)
    assert (done.exit_code, done.stderr) == (1, "scavo-1: comune may not update scavo-1\n")


def test_a_document_that_is_none_is_rejected(room: Room, tmp_path: Path) -> None:
    file = table(tmp_path, "<a>")
    assert room("import", file, "--format", "datex", *ANNA).output.startswith(f"gateway: {file}: the document is not XML: ")
    assert room("import", table(tmp_path, ""), "--format", "datex", *ANNA).exit_code == 1


def test_a_state_that_differs_is_told_and_not_changed(room: Room, tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_bytes(
        b'<d><situation id="lavori-9"><headerInformation><confidentiality>noRestriction</confidentiality><informationStatus>real</informationStatus>'
        b'</headerInformation><situationRecord type="MaintenanceWorks"><validity><validityStatus>active</validityStatus><validityTimeSpecification>'
        b"<overallStartTime>2026-11-01T08:00:00Z</overallStartTime></validityTimeSpecification></validity><coordinatesForDisplay><latitude>43"
        b"</latitude><longitude>11</longitude></coordinatesForDisplay></situationRecord></situation></d>"
    )
    assert room("import", feed, "--format", "datex", *LUCA).exit_code == 0
    again = room("import", feed, "--format", "datex", *LUCA)
    assert again.stdout.splitlines()[-1] == "1 unchanged"
    assert "actual from" in room("show", "lavori-9").output
    room("end", "lavori-9", *LUCA)
    done = room("import", feed, "--format", "datex", *LUCA)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "1 unchanged")
    assert done.stderr == "lavori-9: the document says active, here it is ended\n"
