"""`python -m dashboards.render`: render every registered board into its JSON file."""

import json
from pathlib import Path

from dashboards import boards
from dashboards.registry import BOARDS

FOLDER = Path(boards.__file__).parents[1]


def rendered() -> dict[str, str]:
    """Return the content of every file by its name."""
    return {one.file_name: json.dumps(one.render(), indent=2, sort_keys=True, ensure_ascii=False) + "\n" for one in BOARDS}


if __name__ == "__main__":
    for name, content in rendered().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
