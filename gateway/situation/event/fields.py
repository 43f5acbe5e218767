"""The types of fields, with their bounds: whoever sends an event can't make it larger, or put control characters in it."""

from typing import Annotated, TypeVar

import msgspec

from gateway.model.topics import LEVEL, whole

T = TypeVar("T")

_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
"""Control characters except tab and line feed, line separators, and what turns the direction of text."""

Reference = Annotated[str, msgspec.Meta(pattern=whole(LEVEL))]
"""The identifier of a situation, an organisation, an asset or a junction: a level of a topic, and no character that topics reserve."""

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=rf"^[^{_CONTROLS}\t\n]*\Z")]
"""A text of one line."""

Paragraph = Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=rf"^[^{_CONTROLS}]*\Z")]
"""A text of several lines."""

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}"
_INSTANT = rf"{_DATE}T{_CLOCK}(?::[0-9]{{2}}(?:\.[0-9]{{1,9}})?)?(?:Z|[+-]{_CLOCK})"

Instant = Annotated[str, msgspec.Meta(pattern=whole(_INSTANT), examples=["2026-12-01T08:00:00+01:00"])]
"""A date and time with its offset from UTC (RFC 3339)."""

Day = Annotated[str, msgspec.Meta(pattern=whole(_DATE), examples=["2026-12-04"])]
"""A date in the time zone of the site."""

DayOrInstant = Annotated[str, msgspec.Meta(pattern=whole(f"{_DATE}|{_INSTANT}"), examples=["2026-12-04", "2026-12-01T08:00:00+01:00"])]
"""A date or an instant. As an end, a date is inclusive: works until 4 December last until that day is over."""

LocalClock = Annotated[str, msgspec.Meta(pattern=whole("(?:[01][0-9]|2[0-3]):[0-5][0-9]"), examples=["21:30"])]
"""A time of the clock in the time zone of the site."""

WebAddress = Annotated[str, msgspec.Meta(max_length=500, pattern=whole(r"https://[^\s<>\"\\^`{|}]{1,492}"))]
"""The address of a document on the web."""

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""A number of lanes, lamps, customers or places."""

Amount = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
"""A length, an area or a depth."""

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
"""A share."""

Few = Annotated[list[T], msgspec.Meta(max_length=50)]
"""A list that people write."""

Many = Annotated[list[T], msgspec.Meta(max_length=1000)]
"""A list that programs write."""


class OwnText(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text of an organisation for people: in Italian, and in English if there is one."""

    it: Paragraph
    en: Paragraph | None = None


class OwnLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of an organisation for people: in Italian, and in English if there is one."""

    it: Line
    en: Line | None = None
