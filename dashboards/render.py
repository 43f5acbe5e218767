"""`python -m dashboards.render`: render every registered board into its JSON files, one for each language."""

import json
from pathlib import Path

from dashboards import boards
from dashboards.documents import LANGUAGES
from dashboards.registry import BOARDS

FOLDER = Path(boards.__file__).parents[1]


def rendered() -> dict[str, str]:
    """Return the content of every file by its name."""
    return {
        one.file_name(language): json.dumps(one.render(language), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        for language in LANGUAGES
        for one in BOARDS
    }


if __name__ == "__main__":
    for name, content in rendered().items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
