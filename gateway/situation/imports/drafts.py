"""What all imports share: names, texts and positions of others in the form that the Situation Room accepts."""

import hashlib
import re
from typing import Any

import msgspec

from gateway.situation.bilingual import Bilingual
from gateway.situation.event.reading import EventRejected, read_feature
from gateway.situation.imports.port import ImportedSituation

_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What the texts of situations may not contain: control characters, and what turns their direction."""

_MOST_NAME = 50
_MOST_DEVIATIONS = 50
_MOST_LINE, _MOST_PARAGRAPH = 200, 4000


class ImportDraft:
    """The draft of one situation, and what of its source was not understood."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.properties: dict[str, Any] = {}
        self.geometry: dict[str, Any] | None = None
        self._deviations: dict[Bilingual, None] = {}

    def deviate(self, en: str, it: str) -> None:
        """Name something that was not understood."""
        if len(self._deviations) < _MOST_DEVIATIONS:
            self._deviations[_printable(Bilingual(en, it))] = None
        elif len(self._deviations) == _MOST_DEVIATIONS:
            self._deviations[Bilingual("more deviations are not listed", "altre differenze non vengono elencate")] = None

    def finish(self) -> ImportedSituation:
        """Return what becomes of it: the Situation Room's own reader has the last word."""
        document = {"type": "Feature", "id": reference_of(self.source), "geometry": self.geometry, "properties": self.properties}
        try:
            draft = read_feature(msgspec.json.encode(document))
        except EventRejected as rejected:
            return self.refuse(*(Bilingual(reason, reason) for reason in rejected.reasons))
        return ImportedSituation(line_of(self.source) or "?", draft, tuple(self._deviations))

    def refuse(self, *reasons: Bilingual) -> ImportedSituation:
        """Return that it can't be imported, and why."""
        return ImportedSituation(line_of(self.source) or "?", None, (*self._deviations, *map(_printable, reasons)))

    def set_texts(self, texts: list[str]) -> None:
        """Use the first line of texts as the headline, and all of them as the description where they are longer."""
        whole = "\n\n".join(dict.fromkeys(clean for one in texts if (clean := cleaned(one))))
        if not whole:
            return
        headline = whole.splitlines()[0][:_MOST_LINE].strip()
        self.properties["headline"] = {"it": headline}
        if whole != headline:
            self.properties["description"] = {"it": whole[:_MOST_PARAGRAPH]}
        if len(whole) > _MOST_PARAGRAPH:
            self.deviate(
                f"the text has {len(whole)} characters: the first {_MOST_PARAGRAPH} are used",
                f"testo troncato a {_MOST_PARAGRAPH} caratteri",
            )


def reference_of(source: str) -> str:
    """Return the name of a situation here: that of its source, or one that is made from it and that no other source has."""
    plain = re.sub("[^a-z0-9]+", "-", source.lower()).strip("-")
    if plain == source and len(plain) <= _MOST_NAME:
        return plain
    digest = hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{plain[:_MOST_NAME].strip('-')}-{digest}".lstrip("-")


def _printable(text: Bilingual) -> Bilingual:
    """Return a sentence that may quote a document, fit for a terminal."""
    return Bilingual(line_of(text.en) or "?", line_of(text.it) or "?")


def cleaned(text: str) -> str:
    """Return a text without control characters, and without space around it."""
    return _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\t", " ")).strip()


def line_of(text: str) -> str | None:
    """Return a text as one line; None if nothing is left of it."""
    return " ".join(cleaned(text).split())[:_MOST_LINE].strip() or None
