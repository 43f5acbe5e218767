"""JSON from untrusted senders."""

import pytest

from gateway.model.messages import Receipt
from gateway.model.untrusted_json import json_reader


@pytest.mark.parametrize("payload", [b"[" * 100_000, b'{"epoch":' + b"[" * 100_000, b'{"epoch":"\xff"}', b"", b"null", b"{"])
def test_invalid_json_is_a_value_error(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — whichever
        json_reader(Receipt)(payload)


def test_valid_json_is_decoded_and_unknown_keys_are_ignored() -> None:
    receipt = json_reader(Receipt)(b'{"epoch": "00", "stored": [[0, 3]], "later": 1}')
    assert (receipt.epoch, receipt.stored) == ("00", [(0, 3)])
