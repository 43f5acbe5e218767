"""Quoting."""

from gateway.centre.stores.influx.influxql import identifier, literal


def test_quotes_and_backslashes_are_escaped() -> None:
    assert identifier('a"b\\') == '"a\\"b\\\\"'
    assert literal("it's \\") == "'it\\'s \\\\'"
    assert literal('say "x"', '"') == '"say \\"x\\""'
