"""A centre's site file and its store, for the commands."""

import json
from pathlib import Path

from tests.centre.analytics.lit_store import counter_rows, filled
from tests.centre.analytics.test_month_readings import TrueMeter

LIGHTING = {
    "lamps": 40,
    "lamp_power": 100,
    "base_power": 10,
    "pod": "IT001E00000041",
    "dimming": [{"begin": "23:00", "end": "05:00", "level": 50}],
}


def centre_of(folder: Path, *, with_readings: bool = True, **energy: object) -> Path:
    """Return the site file of a centre with one panel."""
    site = {
        "site": "prato",
        "time_zone": "Europe/Rome",
        "assets": {"qe-041": {"name": "Quadro 41", "lat": 43.8777, "lon": 11.1022, "lighting": LIGHTING}},
        "centre": {"broker": "mqtt://127.0.0.1:1", "store": {"history": {"path": str(folder / "h.sqlite")}}, "energy": energy},
    }
    (folder / "centre.yaml").write_text(json.dumps(site))
    filled(folder / "h.sqlite", counter_rows(TrueMeter().at.items()) if with_readings else []).close()
    return folder / "centre.yaml"
