"""The guide: one section for each step of the path, with its picture."""

from pathlib import Path

import pytest

from tests.web.walk.guide import write_guide
from tests.web.walk.person import Step


@pytest.mark.parametrize(("italian", "file"), [(False, "technician-guide.md"), (True, "guida-tecnico.md")])
def test_a_guide_has_a_section_and_a_picture_for_each_step_in_order(tmp_path: Path, file: str, *, italian: bool) -> None:
    steps = [Step("a.png", "First", "Do this.", 3, 1.5), Step("b.png", "Second", "Then that.", 4, 2.5)]
    write_guide(tmp_path, steps, italian=italian)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert (
        text.index("## 1. First\n\nDo this.")
        < text.index("pictures/a.png")
        < text.index("## 2. Second\n\nThen that.")
        < text.index("pictures/b.png")
    )
    assert " 7 " in text
