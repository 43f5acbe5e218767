"""The parts of a line."""

import re

from hypothesis import example, given
from hypothesis import strategies as some

from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.influx.line_protocol import StoredLines, head_of, string
from tests.centre.readings import LAMP, ME


def test_texts_and_tags_are_escaped() -> None:
    assert string('o"n\\ \n,=') == '"o\\"n\\\\  ,="'
    assert (
        head_of(origin(ME, LAMP))
        == "lamp,asset=pl-1,circuit=A\\ 1\\,2\\=x,device=dali-1,gateway=gw-0042,operator=citelum,profile=intesis_ibmbsdal"
    )


@given(some.text(alphabet=some.one_of(some.sampled_from('a_"\\\n ,='), some.characters(exclude_categories=["Cs"]))))
@example("door_open")
@example("door\n")
def test_any_text_reads_back_as_it_was_except_for_line_breaks(text: str) -> None:
    written = string(text)
    assert re.fullmatch(r'"(?:[^"\\\n]|\\["\\])*"', written)
    assert re.sub(r'\\(["\\])', r"\1", written[1:-1]) == text.replace("\n", " ")


def test_a_row_of_the_centres_own_has_its_values_in_the_type_of_their_fields_without_those_that_are_absent() -> None:
    lamp = origin(ME, LAMP)
    lines = StoredLines(lamp)
    assert [field.name for field in LAMP.fields] == ["dim_level", "lamp_failure", "power_state"]
    assert lines.line(StoredRow(lamp, 7, [70, True, "on"])) == f'{head_of(lamp)} dim_level=70i,lamp_failure=true,power_state="on" 7'
    assert lines.line(StoredRow(lamp, 8, [None, False, None])) == f"{head_of(lamp)} lamp_failure=false 8"
    assert lines.line(StoredRow(lamp, 9, [None, None, None])) == ""
