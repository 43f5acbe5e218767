"""Devices and lines by the names in requests."""

from pathlib import Path

import pytest

from gateway.edge.services.lookup import device_named, line_named
from gateway.web.json_api import ApiError
from tests.edge.edges import edge_in


def test_devices_and_lines_are_found_and_an_unknown_name_is_answered_with_the_one_that_was_meant(tmp_path: Path) -> None:
    edge = edge_in(tmp_path)
    lines = edge._lines
    owner, device = device_named(lines, "d-1")
    assert (owner.name, device.id) == ("street", "d-1")
    assert line_named(lines, "street") is owner
    with pytest.raises(ApiError, match="unknown device 'd-2'; did you mean 'd-1'") as error:
        device_named(lines, "d-2")
    assert error.value.status_code == 404
    with pytest.raises(ApiError, match="unknown line") as error:
        line_named(lines, "x" * 10_000)
    assert len(error.value.detail) < 300
    edge._journal.close()
