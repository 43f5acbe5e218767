"""The city's asset register: read from CSV or GeoJSON as cities export them, and searched. Pure.

Columns are recognised by usual names in English and Italian. What can't be used is left out, with its place and the reason.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from gateway.provision.commission.naming import as_name

MOST_ASSETS = 100_000
MOST_BYTES = 32 << 20
"""Of a file to import: a large city has about so many lamps."""

_MOST_REASONS = 20
_ID = ("id", "asset", "code", "codice", "cod", "matricola", "id_asset", "codice_quadro", "numero")
_NAME = ("name", "nome", "descrizione", "description", "denominazione", "indirizzo", "address", "via")
_LAT = ("lat", "latitude", "latitudine", "y")
_LON = ("lon", "lng", "long", "longitude", "longitudine", "x")
_LONGEST_NAME = 256


class RegisteredAsset(msgspec.Struct, frozen=True, omit_defaults=True):
    """One asset of the city: its name in the site file, the city's name for it, and its position (WGS 84, degrees), if known."""

    id: str
    name: str | None = None
    lat: float | None = None
    lon: float | None = None


class ImportedRegister(NamedTuple):
    """The assets of a file, how many entries could not be used, and why the first of them."""

    assets: list[RegisteredAsset]
    left_out: int
    reasons: list[str]


class RegisterError(ValueError):
    """A file that is no register; the message says what to do."""


class _Raw(NamedTuple):
    """One entry as it is written, and where."""

    place: str
    id: str
    name: str
    lat: str
    lon: str


def read_register(data: bytes) -> ImportedRegister:
    """Read a register from CSV or GeoJSON.

    Raises:
        RegisterError: it is neither, or has no column with names.
    """
    if len(data) > MOST_BYTES:
        raise RegisterError(f"the register is larger than {MOST_BYTES >> 20} MiB: export the assets of this site alone")
    text = _decoded(data)
    raw = _of_geojson(data) if text.lstrip().startswith("{") else _of_csv(text)
    found: dict[str, RegisteredAsset] = {}
    reasons: list[str] = []
    for one in raw:
        try:
            asset = _asset(one)
            if asset.id in found:
                raise ValueError(f"'{asset.id}' is there twice")  # noqa: TRY301 — told as the others
        except ValueError as error:
            reasons.append(f"{one.place}: {error}")
            continue
        found[asset.id] = asset
        if len(found) > MOST_ASSETS:
            raise RegisterError(f"the register has more than {MOST_ASSETS} assets: export those of this site alone")
    return ImportedRegister(list(found.values()), len(reasons), reasons[:_MOST_REASONS])


def search(assets: Iterable[RegisteredAsset], text: str, most: int = 20) -> list[RegisteredAsset]:
    """Return the assets whose names contain a text, those that begin with it first."""
    wanted = text.strip().lower()
    found = [one for one in assets if wanted in one.id or wanted in (one.name or "").lower()]
    return sorted(found, key=lambda one: (not one.id.startswith(wanted), one.id))[:most]


def nearest(assets: Iterable[RegisteredAsset], lat: float, lon: float, most: int = 20) -> list[tuple[float, RegisteredAsset]]:
    """Return the assets nearest to a position, with their distances in metres."""
    placed = [(distance_m(lat, lon, one.lat, one.lon), one) for one in assets if one.lat is not None and one.lon is not None]
    return sorted(placed, key=lambda pair: (pair[0], pair[1].id))[:most]


def distance_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance of two positions on a sphere, in metres: within half a per cent, which is enough within a city."""
    north, east = math.radians(other_lat - lat), math.radians(other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return 6_371_000 * math.hypot(north, east)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _asset(raw: _Raw) -> RegisteredAsset:
    """Return an entry as an asset.

    Raises:
        ValueError: it has no usable name or position.
    """
    lat, lon = _degrees(raw.lat), _degrees(raw.lon)
    if (lat is None) != (lon is None):
        raise ValueError("one of latitude and longitude is missing")
    if lat is not None and lon is not None and not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"{raw.lat}, {raw.lon} are not degrees: export the positions in WGS 84 (EPSG:4326)")
    return RegisteredAsset(as_name(raw.id), raw.name.strip()[:_LONGEST_NAME] or None, lat, lon)


def _degrees(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        raise ValueError(f"'{text:.40}' is no coordinate in degrees") from None
    if not math.isfinite(number):
        raise ValueError(f"'{text:.40}' is no coordinate in degrees")
    return number


def _of_csv(text: str) -> Iterator[_Raw]:
    head = text.split("\n", 1)[0]
    delimiter = max((";", ",", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        columns = [one.strip().lower() for one in next(reader, [])]
        at = [_column(columns, names) for names in (_ID, _NAME, _LAT, _LON)]
        if at[0] is None:
            raise RegisterError(f"no column has the assets' names; call it one of: {', '.join(_ID)} (found: {', '.join(columns)[:200]})")
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = [row[place] if place is not None and place < len(row) else "" for place in at]
                yield _Raw(f"line {reader.line_num}", *cells)
    except csv.Error as error:
        raise RegisterError(f"line {reader.line_num}: {error}; export the register as CSV or GeoJSON") from error


def _column(columns: Sequence[str], names: Sequence[str]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


class _Geometry(msgspec.Struct):
    type: str = ""
    coordinates: list[object] = []


class _Feature(msgspec.Struct):
    id: str | int | None = None
    geometry: _Geometry | None = None
    properties: dict[str, object] | None = None


class _Collection(msgspec.Struct):
    features: list[_Feature]


def _of_geojson(data: bytes) -> Iterator[_Raw]:
    """Yield the features of a collection (RFC 7946); only points have a position."""
    try:
        collection = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Collection)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RegisterError(f"not a GeoJSON FeatureCollection: {error}") from error
    for number, feature in enumerate(collection.features, 1):
        properties = {key.lower(): value for key, value in (feature.properties or {}).items()}
        name = _property(properties, _ID) or ("" if feature.id is None else str(feature.id))
        lon, lat = _position(feature.geometry)
        yield _Raw(f"feature {number}", name, _property(properties, _NAME), lat, lon)


def _property(properties: Mapping[str, object], names: Sequence[str]) -> str:
    return next((str(properties[name]) for name in names if isinstance(properties.get(name), str | int)), "")


def _position(geometry: _Geometry | None) -> tuple[str, str]:
    if geometry is None or geometry.type != "Point" or len(geometry.coordinates) < 2:
        return "", ""
    return str(geometry.coordinates[0]), str(geometry.coordinates[1])
