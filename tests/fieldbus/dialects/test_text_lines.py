"""Lines of text: split, parsed, and turned into messages."""

import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.dialects.collector import Collector
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.fieldbus.dialects.port import DialectMessage
from gateway.fieldbus.dialects.text_lines import LineParser, LineSplitter, TextDialect
from gateway.model.profile import Text
from gateway.model.quality import Quality
from gateway.model.site.lines import DeviceSettings
from tests.profiles.library import LIBRARY


@pytest.mark.parametrize(("terminator", "end"), [("CR", b"\r"), ("LF", b"\n"), ("CRLF", b"\r\n"), ("ETX", b"\x03")])
def test_lines_are_split_at_the_terminator_wherever_it_is_cut(terminator: str, end: bytes) -> None:
    splitter = LineSplitter(terminator)
    data = b" one " + end + end + b"two" + end + b"thr"
    assert [line for at in range(len(data)) for line in splitter.feed(data[at : at + 1])] == ["one", "two"]
    assert splitter.feed(b"ee" + end) == ["three"]


def test_a_line_that_never_ends_is_discarded_and_the_next_is_split_off() -> None:
    splitter = LineSplitter("LF")
    for _ in range(100):
        assert splitter.feed(b"x" * 1000) == []
    assert splitter.feed(b"tail\n{}\n") == ["{}"]


def decoded(line: str) -> list[object]:
    """Return the count and mean speed in one line of a radar."""
    profile = LIBRARY.get("omnipresense_ops243")
    bound = bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), profile, {})
    assert profile.text is not None
    found = LineParser(profile.text).parse(line)
    assert found is not None
    collectors = [Collector(slot) for slot in bound.slots]
    for slot, collector in zip(bound.slots, collectors, strict=True):
        if slot.point.key in found:
            collector.accept(found[slot.point.key])
    return [collector.consume(Quality.BadNoData)[0] for collector in collectors]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        '{"speed":"fast"}',
        '{"speed":true}',
        '{"speed":1e999}',
        '{"DetectedObjectCount":1e300}',
        '{"speed":9999}',
        "{" * 3000,
        "\x00",
        "9,9,9",
    ],
)
def test_a_line_of_noise_has_no_value(line: str) -> None:
    assert decoded(line) == [None, None]


def test_a_good_line_has_its_value() -> None:
    assert decoded('{"DetectedObjectCount":12}') == [12, None]
    assert decoded('{"speed":41.5}') == [None, 41.5]


def test_the_first_form_that_matches_a_line_wins() -> None:
    parser = LineParser(Text(terminator="LF", lines=["json", "tokens", r"T (?P<t>-?[0-9.]+);(?P<code>\w+)"]), hexadecimal={"code"})
    assert parser.parse('{"speed": 4.5, "nested": {"a": 1}}') == {"speed": 4.5}
    assert parser.parse("Ta=21.5C,Ua=40P,Sn=#") == {"TaC": 21.5, "UaP": 40, "Sn": "#"}
    assert parser.parse("T -2.5;ff") == {"t": -2.5, "code": 255}
    assert parser.parse("T -2.5;fig") == {"t": -2.5, "code": "fig"}
    assert parser.parse("hello") == {}


def test_a_line_with_a_wrong_checksum_is_rejected_and_counted() -> None:
    profile = LIBRARY.get("vaisala_wxt536")
    dialect = dialect_of(bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), profile, {}))
    assert isinstance(dialect, TextDialect)
    good = next(one.rx for one in profile.examples if one.rx and one.answer == "values").encode()
    (message,) = dialect.feed(good)
    assert message.values
    assert dialect.rejected == 0
    spoilt = good.replace(b"=", b"=9", 1)
    assert dialect.feed(spoilt) == []
    assert dialect.rejected == 1


def text_device() -> TextDialect:
    """Return the dialect of the product of the library that is queried for each channel."""
    profile = next(one for name in LIBRARY.names if (one := LIBRARY.get(name)).text is not None and one.text.each is not None)
    channels = {0: "first", 1: "second"}
    dialect = dialect_of(bind(DeviceSettings(id="d", profile=profile.profile, asset="a", channels=channels), profile, {}))
    assert isinstance(dialect, TextDialect)
    return dialect


def test_a_response_belongs_to_the_channel_that_was_queried() -> None:
    dialect = text_device()
    slots = {}
    for query in dialect.queries:
        dialect.expect(query)
        key = next(key for key, channel in dialect._slots if channel == query.channel)
        slots[query.channel] = dialect._message({key: 7})
    assert all(message.values and not message.bad for message in slots.values())
    assert not set(slots[0].values) & set(slots[1].values)


def test_a_line_without_values_reports_that_the_queried_channel_does_not_respond() -> None:
    dialect = text_device()
    dialect.expect(dialect.queries[1])
    message = dialect._message({"unknown": 1})
    assert message.values == {}
    assert message.bad
    assert set(message.bad.values()) == {Quality.BadNoCommunication}
    assert dialect._message({}) == DialectMessage({}, {})


@pytest.mark.parametrize("text", ["1E05", "0E10", "0123", "-0", "inf", "7"])
def test_a_value_of_type_text_stays_as_it_was_sent(text: str) -> None:
    parser = LineParser(Text(terminator="LF", lines=["tokens", r"S (?P<state>\S+)"]), texts={"state", "Id"})
    assert parser.parse(f"S {text}") == {"state": text}
    assert parser.parse(f"Id={text},Ta=21.5C") == {"Id": text, "TaC": 21.5}
