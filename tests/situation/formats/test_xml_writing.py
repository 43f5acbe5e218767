"""Documents in XML."""

from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.situation.formats.xml_writing import add, add_if, document_of


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (3, "3"), (1.5, "1.5"), ("a\ufffe\x00b", "a\ufffd\ufffdb"), ("<&>", "<&>")]
)
def test_values_are_written_as_xml_schema_writes_them(value: object, text: str) -> None:
    root = Element("root")
    add(root, "one", value, id="1")
    add_if(root, "two", None)
    read = fromstring(document_of(root))
    assert [(one.tag, one.text, one.get("id")) for one in read] == [("one", text, "1")]


@given(st.text(st.characters()))
def test_every_text_makes_a_document(text: str) -> None:
    root = Element("root")
    add(root, "one", text)
    fromstring(document_of(root))
