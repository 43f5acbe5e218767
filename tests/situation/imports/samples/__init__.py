"""Feeds of others, as they are."""

from pathlib import Path

FOLDER = Path(__file__).parent


def sample(name: str) -> bytes:
    """Return the content of a file."""
    return (FOLDER / name).read_bytes()


FILES = {
    "datex": [
        "bisonfute-events-v2.2.xml",
        "fintraffic-roadworks-v2.3-nationalprofile.xml",
        "ndw-situations-v3.xml",
        "ndw-srti-v3.xml",
        "ndw-truckparking-v3-invalid.xml",
    ],
    "open-data-hub": ["open-data-hub.json"],
    "excavation-notices": ["milano-avvisi-manomissione-sample.geojson"],
}
"""The files of each format."""
