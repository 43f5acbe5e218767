"""Rules of `centre.access`: each problem has its place and says what to write."""

from pathlib import Path

import pytest

from tests.config.sites import problems_of

HEAD = """\
site: prato
centre:
  broker: "mqtt://127.0.0.1:1883"
  store: {history: {path: h.sqlite}}
  access:
"""


@pytest.mark.parametrize(
    ("access", "line", "column", "sentence"),
    [
        ("    utilities: {acqua: [{operator: a, area: centro}]}\n    areas: {centre: []}\n", 6, 45, "unknown area 'centro'; did you mean 'centre'?"),
        ("    areas: {centre: [{lat: 1, lon: 1}, {lat: 2, lon: 2}]}\n", 6, 13, "area 'centre' has fewer than three corners; add"),
        ("    utilities: {acqua: [{operator: a, measurements: [lamps]}]}\n", 6, 54, "unknown measurement 'lamps'; did you mean 'lamp' or 'alarm'?"),
        ("    utilities: {acqua: [{operator: a, measurements: [gateway]}]}\n", 6, 54, "unknown measurement 'gateway'; "),
        ("    utilities: {acqua: []}\n    processes: {acqua: city}\n", 7, 17, "another user of the broker is also called 'acqua'"),
        ("    utilities: {centre: []}\n", 6, 17, "another user of the broker is also called 'centre'"),
        ("    gateways: {c: [a-b], c-a: [b]}\n", 6, 16, "another user of the broker is also called 'prato-c-a-b'; give"),
        (f"    gateways: {{c: [{'g' * 60}]}}\n", 6, 16, "has more than 64 characters; choose a shorter name"),
        ("    processes: {worker-2: ingst}\n", 6, 27, "ingest"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_reported_at_its_place(access: str, line: int, column: int, sentence: str, tmp_path: Path) -> None:
    found = problems_of(HEAD + access, tmp_path)
    assert any((at_line, at_column) == (line, column) and sentence in said for at_line, at_column, said in found), found
