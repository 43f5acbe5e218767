"""Made site files and profiles: those of others with values, keys and lines replaced by what nobody would write in earnest."""

import re

from hypothesis import strategies as st

HOSTILE = (
    "9" * 5000, "-" + "9" * 4301, "1e999999999", "-1e-999999999", "1e400", "1e31", "0x" + "f" * 3000, "0x10", "0o7", "+5", "007", "1_000", ".5", "5.",
    "1e-300", "0.0000001s", "0s", "1ms", "1e-300s", "9" * 400 + "s", "9" * 400 + "GiB", "0B", "~", "''", '"\\0"', '"\\x1b[2J"', '"a\\nb"', "[]", "{}", "[[]]",
    "[a, b]", "{a: b}", "{a: 1, a: 2}", "{1: a, 0x1: b, 01: c}", "{0o7: pl-0001, 255: x}", "*a", "&a 1", "&a [*a]", "!!int x", "!!python/object:os.system x",
    "{<<: *a}", "{<<: {a: b}}", "? x", "x" * 3000, "٣", "true", "no", "192.0.2.1:99999", "[::1]:1", "'mqtts://[::1'", "'mqtts://b:99999999999'", "mqtt://b",
    "'http://u:p@h'", "'(' ", "'" + "(" * 900 + ")" * 900 + "'", "'a{99999999999}'", "'(?P<a>x)(?P<a>x)'", "00 " * 2000, "zz", "{s.__class__}", "%TAG !a! b",
    "[" * 60 + "]" * 60, "{a: " * 60 + "}" * 60, "- - - - - -", "|\n x", "xy_md02", "carlo_gavazzi_em340", "uint16", "text", "json",
)  # fmt: skip
"""Values that some reader of numbers, names, addresses or trees could stumble over."""

_VALUE = re.compile(r"(?<=: )[^,\n{}\[\]]+|(?<=[{,] )[a-z0-9_]+(?=:)|(?<=- )[^\n]+")
"""Values, keys in braces, and items."""

Change = tuple[int, str]
"""Which value to replace (counted from any number), and by what."""

changes: st.SearchStrategy[list[Change]] = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from(HOSTILE) | st.text(max_size=20)), min_size=1, max_size=4
)


def changed(text: str, wanted: list[Change]) -> str:
    """Return a file with some of its values replaced."""
    for number, value in wanted:
        places = list(_VALUE.finditer(text))
        place = places[number % len(places)]
        text = text[: place.start()] + value + text[place.end() :]
    return text


bombs = st.builds(
    lambda levels, width, leaf: "".join(
        [f"l0: &l0 {leaf}\n", *(f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * width)}]\n" for level in range(1, levels))]
    ),
    st.integers(2, 30), st.integers(1, 12), st.sampled_from(["x", "[x]", "{a: b}"]),
)  # fmt: skip
"""Files in which each line repeats the line before several times."""

nests = st.builds(
    lambda opening, depth, head: head + opening * depth,
    st.sampled_from(["[", "{a: ", "- ", "? ", "[{a: ", "!!seq [", "&a ["]), st.integers(1, 20_000), st.sampled_from(["", "a: ", "lines: ", "- "]),
)  # fmt: skip
"""Files that nest without an end."""

junk = st.text(max_size=200) | st.binary(max_size=200).map(lambda content: content.decode("latin-1"))
