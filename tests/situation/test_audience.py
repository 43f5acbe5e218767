"""Who sees what."""

import pytest

from gateway.situation.audience import PUBLIC, feature_of, seen_by
from gateway.situation.lifecycle.actions import Acknowledge, AddComment
from tests.situation.examples import CITELUM, COMUNE, TOWN, VIA_ROMA, done, published, works

INTERNAL = {"text": "chiave dal custode", "contact": "Rossi, 333 000000"}
PAPERS = [{"href": "https://example.org/a", "title": "Pianta"}, {"href": "https://example.org/b", "title": "Avviso", "public": True}]
EVERYBODY = {"public": True, "organisations": ["citelum"]}
PRIVATE = done(
    published(works(internal=INTERNAL, attachments=PAPERS)), (COMUNE, Acknowledge("objected", 1, "mercato")), (CITELUM, AddComment("testo"))
)
OPEN = published(works(internal=INTERNAL, attachments=PAPERS, audience=EVERYBODY))


@pytest.mark.parametrize(
    ("recipient", "private", "public"),
    [("publiacqua", "all", "all"), ("comune", "all", "all"), ("citelum", "all", "all"), ("cap", "nothing", "part"), (PUBLIC, "nothing", "part"), ("nobody", "nothing", "part")],
)  # fmt: skip
def test_every_cell_of_the_matrix(recipient: str | None, private: str, public: str) -> None:
    for situation, expected in ((PRIVATE, private), (OPEN, public)):
        seen = seen_by(situation, recipient, TOWN)
        if expected == "nothing":
            assert seen is None
        elif expected == "all":
            assert seen == feature_of(situation)
        else:
            assert seen is not None
            assert seen != feature_of(situation)


def test_the_public_sees_no_internal_text_no_answers_and_no_names_of_the_audience() -> None:
    said = done(OPEN, (CITELUM, AddComment("testo")), (COMUNE, Acknowledge("seen", 1)))
    seen = seen_by(said, PUBLIC, TOWN)
    assert seen is not None
    properties = seen.properties
    assert (properties.internal, properties.acknowledgements, properties.comments, properties.audience.organisations) == (None, (), (), [])
    assert [one.title for one in properties.attachments] == ["Avviso"]
    assert seen.geometry == VIA_ROMA
