"""The streets of the maps."""

import gzip

import pytest
from starlette.requests import Request

from gateway.web.situation.pages.street_map import StreetMap


def asked(accepts: str) -> Request:
    return Request({"type": "http", "method": "GET", "headers": [(b"accept-encoding", accepts.encode())]})


@pytest.mark.parametrize(("accepts", "encoding"), [("br, gzip", "gzip"), ("br", None), ("", None)])
def test_streets_are_sent_compressed_to_who_accepts_that(accepts: str, encoding: str | None) -> None:
    streets = StreetMap(b'{"type": "FeatureCollection", "features": []}')
    response = streets.response(asked(accepts), "private")
    content = bytes(response.body)
    assert response.headers.get("content-encoding") == encoding
    assert (gzip.decompress(content) if encoding else content) == b'{"type": "FeatureCollection", "features": []}'


def test_without_a_file_there_are_no_streets() -> None:
    assert (StreetMap(None).exists, StreetMap(b"{}").exists) == (False, True)
    assert b'"features":[]' in bytes(StreetMap(None).response(asked(""), "public").body)
