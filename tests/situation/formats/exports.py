"""Exports of single situations, for the tests of the formats."""

from typing import Any

from gateway.model.instants import ms_of_iso
from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.exporting import exported
from gateway.situation.formats.port import ExchangeFormat, Export, ExportedSituation, ExportRequest
from tests.situation.examples import ROME, TOWN
from tests.situation.formats.document_fields import feature_of_document, sparse

MADE_MS = ms_of_iso("2026-11-20T12:00:00+01:00")


def request_of(*seen: SituationFeature, earlier: tuple[SituationFeature, ...] = (), made_ms: int = MADE_MS) -> ExportRequest:
    """Return a request for situations."""
    titles = {name: one.title for name, one in TOWN.organisations.items()}
    return ExportRequest([ExportedSituation(one, earlier, number) for number, one in enumerate(seen, 1)], "prato", titles, ROME, made_ms)


def seen(geometry: Any = ..., **changes: Any) -> SituationFeature:
    """Return works in Via Roma, with some properties changed."""
    document = sparse(**changes)
    return feature_of_document(document if geometry is ... else document | {"geometry": geometry})


def export_of(exchange_format: ExchangeFormat, *features: SituationFeature, **request: Any) -> Export:
    """Return situations in a format."""
    return exported(exchange_format, request_of(*features, **request))


def content_of(exchange_format: ExchangeFormat, *features: SituationFeature, **request: Any) -> bytes:
    """Return the one document of situations that all have a place in a format."""
    found = export_of(exchange_format, *features, **request)
    assert found.left_out == []
    (file,) = found.files
    return file.content
