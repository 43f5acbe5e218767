"""XML of others, by local names: versions of a standard differ in their namespaces, and feeds in their prefixes.

A document type is refused, and so no entity can be declared; what a document may nest and contain is bounded.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

from gateway.situation.imports.port import ImportRejected, require_size

_MOST_DEPTH = 60
_MOST_ELEMENTS = 2_000_000
_SEPARATOR = "}"


class _Refused(Exception):
    """What no document of the kind needs."""


def read_xml(content: bytes) -> Element:
    """Return the root of a document; tags, and names and types in attributes, are local names.

    Raises:
        ImportRejected: It is not XML, or more than is read.
    """
    require_size(content)
    builder, depth, count = TreeBuilder(), 0, 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _MOST_DEPTH or count > _MOST_ELEMENTS:
            raise _Refused
        builder.start(
            _local(tag), {_local(name): value.rpartition(":")[2] if _local(name) == "type" else value for name, value in attributes.items()}
        )

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(tag))

    def refuse(*_declaration: object) -> None:
        raise _Refused

    parser = ParserCreate(namespace_separator=_SEPARATOR)
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(content, True)  # noqa: FBT003 — expat has no keywords
        return builder.close()
    except _Refused as refused:
        en = "the document declares a document type, or has too many or too deeply nested elements"
        raise ImportRejected(en, "il documento dichiara un tipo, o ha troppi elementi o troppo annidati") from refused
    except (ExpatError, LookupError, ValueError) as error:
        raise ImportRejected(f"the document is not XML: {error}", f"il documento non è XML: {error}") from error


def _local(name: str) -> str:
    return name.rpartition(_SEPARATOR)[2]


def text_at(element: Element, path: str) -> str | None:
    """Return the text of the first element at a path, without space around it; None if there is none."""
    found = element.findtext(path)
    return None if found is None else found.strip() or None


def texts_in(element: Element, path: str) -> Iterator[tuple[str | None, str]]:
    """Yield the texts of multilingual strings with their languages; some feeds have an empty one before the real one."""
    for value in element.iterfind(f"{path}/values/value"):
        if value.text is not None and value.text.strip():
            yield value.get("lang"), value.text.strip()
