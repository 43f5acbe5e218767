"""Sentences of the program in Italian, found by their English form. Pure.

Errors are raised far below the places where a person reads them, with one sentence in English. A phrasebook has the form of each, such as
`'{key}' is missing`, with its translation.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_GAP = re.compile(r"\{([a-z]+)\}")


class _Phrase(NamedTuple):
    """The texts between the gaps of an English form, the names of the gaps, and the Italian form."""

    texts: list[str]
    names: list[str]
    italian: str

    def fill(self, sentence: str) -> dict[str, str] | None:
        """Return what a sentence has in the gaps, which are as short as they can be but the last; None if it has another form."""
        first, last = self.texts[0], self.texts[-1]
        end = len(sentence) - len(last)
        if not sentence.startswith(first) or not sentence.endswith(last) or end < len(first):
            return None
        found: dict[str, str] = {}
        at = len(first)
        for name, text in zip(self.names[:-1], self.texts[1:-1], strict=True):
            next_ = sentence.find(text, at, end)
            if next_ < 0:
                return None
            found[name], at = sentence[at:next_], next_ + len(text)
        if self.names:
            found[self.names[-1]] = sentence[at:end]
        return found


class Phrasebook:
    """Translates whole sentences.

    What is in their gaps is translated, too, if it is a phrase without gaps of its own; in a gap `advice`, any sentence of the book is.
    """

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._whole = {english: italian for english, italian in phrases.items() if not _GAP.search(english)}
        forms = (_Phrase(_GAP.split(english)[::2], _GAP.findall(english), italian) for english, italian in phrases.items())
        # The most particular first: that with the most text of its own.
        self._forms = sorted((one for one in forms if one.names), key=lambda one: -sum(map(len, one.texts)))

    def italian(self, sentence: str) -> str:
        """Return a sentence in Italian, or as it is if the book does not have it."""
        return next(self._translations(sentence), sentence)

    def _translations(self, sentence: str) -> Iterator[str]:
        if sentence in self._whole:
            yield self._whole[sentence]
        for form in self._forms:
            gaps = form.fill(sentence)
            if gaps is not None:
                said = {name: self.italian(text) if name == "advice" else self._whole.get(text, text) for name, text in gaps.items()}
                yield _GAP.sub(lambda gap, said=said: said[gap[1]], form.italian)  # type: ignore[misc]  # mypy does not infer the default
