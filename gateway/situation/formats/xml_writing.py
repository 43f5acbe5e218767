"""Documents in XML: elements in their order, and only characters that XML has."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for (section 2.2)."""

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def add(parent: Element, tag: str, text: object = None, **attributes: str) -> Element:
    """Append an element and return it. Its text is written as XML Schema writes values."""
    element = SubElement(parent, tag, attributes)
    if text is not None:
        element.text = _text(text)
    return element


def add_if(parent: Element, tag: str, text: object) -> None:
    """Append an element, unless there is nothing to say."""
    if text is not None:
        add(parent, tag, text)


def document_of(root: Element) -> bytes:
    """Return a document in UTF-8."""
    indent(root)
    text: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NO_CHARACTER.sub("\ufffd", str(value))
