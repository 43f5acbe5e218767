"""The parts of a line."""

from gateway.centre.series_rows import origin
from gateway.centre.stores.influx.line_protocol import head_of, string
from tests.centre.readings import LAMP, ME


def test_texts_and_tags_are_escaped() -> None:
    assert string('o"n\\ \n,=') == '"o\\"n\\\\  ,="'
    assert (
        head_of(origin(ME, LAMP))
        == "lamp,asset=pl-1,circuit=A\\ 1\\,2\\=x,device=dali-1,gateway=gw-0042,operator=citelum,profile=intesis_ibmbsdal"
    )
