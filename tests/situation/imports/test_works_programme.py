"""The works of a year as a table."""

import pytest

from gateway.situation.imports.port import ImportedSituation, ImportRejected
from gateway.situation.imports.works_programme import read_works_programme
from tests.situation.examples import ROME

ENGLISH = "id,headline,street,planned_start,planned_end,key,number_from,number_to,category,lon,lat,description\n"


def read(text: str) -> list[ImportedSituation]:
    return read_works_programme(text.encode(), ROME)


def test_a_row_is_works() -> None:
    (one,) = read(ENGLISH + 'a-1,"Condotta, tratto 2",VIA ROMA,2027-01-10,2027-01-20,375741,1,20,major,11.1,43.9,Posa\n')
    assert one.deviations == ()
    assert one.draft is not None
    said = one.draft.properties
    assert (said.headline.it, said.description.it if said.description else None) == ("Condotta, tratto 2", "Condotta, tratto 2\n\nPosa")
    assert (said.timing.planned_start, said.timing.planned_end) == ("2027-01-10", "2027-01-20")
    (street,) = said.location.street_refs
    assert (street.name, street.key, street.number_from, street.number_to) == ("VIA ROMA", "375741", "1", "20")
    assert said.roadworks is not None
    assert (said.roadworks.category, type(one.draft.geometry).__name__, said.audience.public) == ("major", "PointGeometry", False)


def test_a_table_of_a_spreadsheet_in_italian() -> None:
    (one,) = read("\ufeffID;Oggetto;Via;Inizio;Fine;Categoria\r\na-1;Condotta;Via Roma;1/2/2027;28/2/2027;\r\n")
    assert one.draft is not None
    assert (one.draft.properties.timing.planned_start, one.draft.properties.timing.planned_end) == ("2027-02-01", "2027-02-28")


@pytest.mark.parametrize(
    ("row", "deviation"),
    [
        ("a-1,Condotta,VIA ROMA,2027-01-10,2027-01-20,,,,,est,43.9,", "'lon' and 'lat' are no position"),
        ("a-1,Condotta,VIA ROMA,2027-01-10,2027-01-20,,,,,,43.9,", "'lon' and 'lat' are no position"),
        ("a-1,Condotta,VIA ROMA,2027-01-10,2027-01-20,,,,,,,,zu viel", "the row has more cells than there are columns"),
    ],
)
def test_what_is_odd_is_named(row: str, deviation: str) -> None:
    (one,) = read(ENGLISH + row + "\n")
    assert one.draft is not None
    assert [found.en for found in one.deviations] == [deviation]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a-1,Condotta,VIA ROMA,2027-01-20,2027-01-10", "planned_end is before planned_start"),
        (
            "a-1,Condotta,,2027-01-10,2027-01-20",
            "the event has no place: neither a geometry, nor a street, nor a description of the location",
        ),
        ("a-1,,VIA ROMA,2027-01-10,2027-01-20", "Object missing required field `headline` - at `$.properties`"),
    ],
)
def test_why_a_row_is_not_imported(row: str, reason: str) -> None:
    (one,) = read(ENGLISH + row + "\n")
    assert one.draft is None
    assert one.deviations[-1].en == reason


@pytest.mark.parametrize("content", [b"", b"id,headline\n", b"\xff\xfe", b'id,headline,street,planned_start,planned_end\n"a', b"\x00"])
def test_what_is_no_table_is_rejected(content: bytes) -> None:
    with pytest.raises(ImportRejected):
        read_works_programme(content, ROME)
