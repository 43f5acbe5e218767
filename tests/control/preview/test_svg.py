"""Parts of pictures."""

from xml.etree import ElementTree as ET

from gateway.control.preview.svg import PictureText, path, picture, rectangle, short


def test_a_picture_is_well_formed_whatever_its_texts_are() -> None:
    text = '<Rue "A&B">'
    root = ET.fromstring(picture(100, text, text, [PictureText(1, 2, text).markup(), rectangle(0, 0, 3, 4, "day")]))
    assert root.attrib["viewBox"] == "0 0 480 100"
    assert [one.text for one in root if one.tag.endswith(("title", "desc", "text"))] == [text] * 3


def test_a_picture_follows_the_theme_of_its_reader() -> None:
    assert "prefers-color-scheme:dark" in picture(1, "", "", [])


def test_coordinates_are_short() -> None:
    assert (short(1.25), short(3.0), short(2.96)) == ("1.2", "3", "3")
    assert path([(0, 1), (2.5, 3)], "edge", closed=True) == '<path d="M0 1L2.5 3Z" class="edge"/>'
