"""Site files as people write them: with comments, their own indentation, blank lines, flow and block style, LF or CRLF."""

from hypothesis import strategies as st

_COMMENT = st.sampled_from(["", "  # as built", " # Ufficio tecnico: è così"])
_ABOVE = st.sampled_from(["", "{margin}# fed from the kiosk\n", "\n", "\n{margin}# 12/2024\n{margin}# second line\n"])
_PLAIN_VALUES = {
    "unit": st.sampled_from(["1", "0x34", "247"]),
    "every": st.sampled_from(["10s", "1min", "500ms", '"15 s"']),
    "asset": st.sampled_from(["pl-1", "'pl-2'", "pl-3"]),
    "meter": st.sampled_from(["0042", "m-1"]),
    "reversed": st.just("true"),
    "tags": st.sampled_from(["{row: left}", "{row:   left, side: 'x, y'}"]),
}


@st.composite
def _device(draw: st.DrawFn, name: str, column: int) -> str:
    """Return the item of one device, in flow or in block style."""
    keys = draw(st.lists(st.sampled_from(sorted(_PLAIN_VALUES)), unique=True, max_size=4))
    values = [("id", name), ("profile", "carlo_gavazzi_em340"), *((key, draw(_PLAIN_VALUES[key])) for key in keys)]
    margin, comment = " " * column, draw(_COMMENT)
    if draw(st.booleans()):
        gap = draw(st.sampled_from([" ", "  ", f"\n{margin}    "]))
        return f"{margin}- {{" + f",{gap}".join(f"{key}: {value}" for key, value in values) + f"}}{comment}\n"
    written = f"{margin}- " + "".join(
        f"{margin + '  ' if number else ''}{key}:{draw(st.sampled_from([' ', '   ']))}{value}{draw(_COMMENT)}\n"
        for number, (key, value) in enumerate(values)
    )
    return written + draw(st.sampled_from(["", f"{margin}  # its own note\n"]))


@st.composite
def _line(draw: st.DrawFn, number: int, column: int) -> str:
    margin = " " * column
    above = draw(_ABOVE).format(margin=margin)
    offset = column + 2 + draw(st.sampled_from([0, 2]))
    count = draw(st.integers(1, 3))
    head = f"{margin}- id: line-{number}{draw(_COMMENT)}\n{margin}  tcp: 192.0.2.{number}:502\n"
    if draw(st.integers(0, 4)) == 0:
        items = ", ".join(f"{{id: d-{number}-{one}, profile: carlo_gavazzi_em340, unit: {one + 1}}}" for one in range(count))
        return f"{above}{head}{margin}  devices: [{items}]{draw(_COMMENT)}\n"
    devices = "".join(draw(_ABOVE).format(margin=" " * offset) + draw(_device(f"d-{number}-{one}", offset)) for one in range(count))
    return f"{above}{head}{margin}  devices:{draw(_COMMENT)}\n{devices}"


@st.composite
def site_texts(draw: st.DrawFn) -> str:
    """Return a site file with up to three lines."""
    count = draw(st.integers(0, 3))
    column = draw(st.sampled_from([0, 2, 4]))
    lines = "".join(draw(_line(number, column)) for number in range(count))
    parts = [
        draw(st.sampled_from(["", "# Prato, lotto 3\n", "---\n"])) + "site: prato\noperator: citelum   # the owner\ngateway: gw-0042\n",
        draw(
            st.sampled_from(
                ['uplink: {broker: "mqtts://b.example"}\n', "uplink:\n    broker: mqtts://b.example   # ours\n\n    confirm: stored\n"]
            )
        ),
        f"lines:{draw(_COMMENT)}\n{lines}" if count else draw(st.sampled_from(["", "lines: []\n", "lines: [ ]  # none yet\n"])),
    ]
    assets = draw(
        st.sampled_from(
            [
                "",
                "assets: {pl-1: {}, pl-2: {name: 'Lampione 2'}, pl-3: {}}\n",
                "assets:\n  pl-1: {}\n  pl-2:  # corner\n    name: Due\n\n  pl-3: {lat: 43.5}\n",
            ]
        )
    )
    parts.insert(draw(st.sampled_from([1, 2, 3])), assets)
    text = "".join(parts) + draw(st.sampled_from(["", "\n# the end\n"]))
    if draw(st.booleans()):
        text = text.rstrip("\n")
    return text.replace("\n", "\r\n") if draw(st.integers(0, 3)) == 0 else text
