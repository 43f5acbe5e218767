"""XML of others."""

import pytest

from gateway.situation.imports.port import ImportRejected
from gateway.situation.imports.xml_reading import read_xml, text_at, texts_in


def test_names_are_local_whatever_the_namespaces() -> None:
    root = read_xml(b'<x:a xmlns:x="urn:x" xmlns="urn:y" xmlns:i="urn:i" i:type="x:Kind" id="1"><b> text </b><x:c/></x:a>')
    assert (root.tag, root.get("type"), root.get("id"), [one.tag for one in root]) == ("a", "Kind", "1", ["b", "c"])
    assert (text_at(root, "b"), text_at(root, "c"), text_at(root, "d")) == ("text", None, None)


def test_empty_texts_before_the_real_one_are_passed_over() -> None:
    root = read_xml(b'<a><t><values><value lang="it"> </value><value lang="it">vero</value></values></t></a>')
    assert list(texts_in(root, "t")) == [("it", "vero")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"\xff\xfe<\x00",
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'.encode("utf-16"),
        b"<a>" * 100 + b"</a>" * 100,
        b"<a>&b;</a>",
    ],
)
def test_what_is_hostile_or_broken_is_rejected(content: bytes) -> None:
    with pytest.raises(ImportRejected):
        read_xml(content)
