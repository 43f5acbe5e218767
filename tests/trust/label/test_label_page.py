"""The page of labels."""

import msgspec

from gateway.trust.enrolment import Invitation
from gateway.trust.label.label_page import label_page

ONE = Invitation("prato-citelum-gw-0042", "4F7QA-0KX9P-ZZ2TM-81WEC", 1_790_000_000_000)


def test_a_page_has_a_label_for_each_invitation_with_what_a_person_types() -> None:
    page = label_page([ONE, msgspec.structs.replace(ONE, user="prato-citelum-gw-0043")], "en")
    assert page.count("<svg ") == page.count("<article>") == 2
    for text in ("prato-citelum-gw-0042", "prato-citelum-gw-0043", "4F7QA-0KX9P-ZZ2TM-81WEC", "2026-09-21 14:13 UTC", "One-time code"):
        assert text in page


def test_the_page_is_in_italian_and_loads_nothing() -> None:
    page = label_page([ONE], "it")
    assert '<html lang="it">' in page
    assert "Codice monouso" in page
    assert not any(one in page for one in ("<script", "src=", "href=", "url(", "One-time"))
    assert "&lt;b&gt;" in label_page([msgspec.structs.replace(ONE, user="<b>")], "it")
