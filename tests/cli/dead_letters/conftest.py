"""A centre with two dead letters."""

import json
from pathlib import Path

import pytest

from gateway.centre.dead_letters import DeadLetters, NewLetter
from tests.centre.ingest.test_decode import message
from tests.centre.readings import ROWS


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The site file of a centre; letter 1 is a line, letter 2 a message."""
    path = tmp_path / "centre.yaml"
    store = {"history": {"path": str(tmp_path / "h.sqlite")}}
    path.write_text(json.dumps({"site": "prato", "centre": {"broker": "mqtt://127.0.0.1:1", "store": store}}))
    letters = DeadLetters(tmp_path / "dead-letters.sqlite")
    letters.add(
        [
            NewLetter("line", "prato/v1/t", "field type conflict", b"lamp x=1 1"),
            NewLetter("message", "prato/v1/t", "reading 1: bad", message(*ROWS).payload),
        ]
    )
    letters.close()
    return path
