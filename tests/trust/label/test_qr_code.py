"""QR codes of invitations: what is drawn is the code that the library makes. A browser reads one in tests/web/technician/test_page.py."""

import pytest
import segno

from gateway.trust.enrolment import Invitation, parse
from gateway.trust.label import qr_code
from gateway.trust.label.qr_code import QUIET_MODULES, QrUnavailable, content_of, qr_as_png, qr_as_svg, qr_as_text

INVITATION = Invitation("prato-citelum-gw-0042", "4F7QA-0KX9P-ZZ2TM-81WEC", 1_790_000_000_000)
CONTENT = b'{"file":"invitation","user":"prato-citelum-gw-0042","code":"4F7QA-0KX9P-ZZ2TM-81WEC","ends_ms":1790000000000}'


def test_the_text_has_each_module_of_the_code_of_the_invitations_file() -> None:
    drawn = []
    for row in qr_as_text(content_of(INVITATION)).splitlines():
        drawn += [[char in "▀█" for char in row], [char in "▄█" for char in row]]
    wanted = [
        [bool(module) for module in row] for row in segno.make_qr(CONTENT, error="m", boost_error=False).matrix_iter(border=QUIET_MODULES)
    ]
    assert drawn[: len(wanted)] == wanted
    assert not any(map(any, drawn[len(wanted) :]))
    assert parse(CONTENT) == INVITATION


def test_pictures_are_of_their_kinds() -> None:
    assert qr_as_png(CONTENT).startswith(b"\x89PNG\r\n")
    assert qr_as_svg(CONTENT).startswith(b"<svg ")
    assert b"viewBox" in qr_as_svg(CONTENT)


def test_a_gateway_without_the_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qr_code, "segno", None)
    with pytest.raises(QrUnavailable, match="street-gateway\\[centre\\]") as refused:
        qr_as_text(content_of(INVITATION))
    assert "serve il pacchetto segno" in refused.value.italian
