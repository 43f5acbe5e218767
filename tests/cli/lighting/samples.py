"""The sample site of the documentation."""

from pathlib import Path

SAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "lighting.yaml"
