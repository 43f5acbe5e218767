// The base of a map of streets: Leaflet with the streets of the site, or a grid, and buttons in the page's language.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { Grid } from "./grid.ts";

const ITALY: L.LatLngTuple = [42.5, 12.5];
const ITALY_ZOOM = 6;

/** Return a new map in an element. */
export function baseMap(container: HTMLElement): L.Map {
  const map = L.map(container, { attributionControl: false, zoomControl: false, zoomSnap: 0.25, keyboard: true });
  L.control.zoom().addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  map.setView(ITALY, ITALY_ZOOM, { animate: false });
  return map;
}

/** Draw the streets that an address has, or a grid. */
export async function drawStreets(map: L.Map, path: string): Promise<void> {
  const answer = await fetch(path).catch(() => null);
  const streets = answer?.ok ? ((await answer.json()) as GeoJSON.FeatureCollection) : null;
  if (streets?.features?.length) L.geoJSON(streets, { style: { className: "road", weight: 6, lineCap: "round" }, interactive: false }).addTo(map).bringToBack();
  else new Grid().addTo(map);
}

/** Name the buttons of a map. */
export function labelButtons(map: L.Map, zoomIn: string, zoomOut: string): void {
  for (const [name, title] of [["in", zoomIn], ["out", zoomOut]] as const) {
    const button = map.getContainer().querySelector<HTMLElement>(`.leaflet-control-zoom-${name}`)!;
    button.title = title;
    button.setAttribute("aria-label", title);
  }
}

/** Return the middle of a geometry: of a path, the point half of the way. */
export function middleOf(geometry: GeoJSON.Geometry): L.LatLng {
  if (geometry.type === "Point") return L.latLng(geometry.coordinates[1]!, geometry.coordinates[0]!);
  if (geometry.type === "LineString") {
    const [lon, lat] = halfWay(geometry.coordinates);
    return L.latLng(lat, lon);
  }
  return L.geoJSON(geometry).getBounds().getCenter();
}

function halfWay(path: GeoJSON.Position[]): [number, number] {
  const lengths = path.slice(1).map((to, at) => Math.hypot(to[0]! - path[at]![0]!, to[1]! - path[at]![1]!));
  let left = lengths.reduce((sum, one) => sum + one, 0) / 2;
  for (const [at, length] of lengths.entries()) {
    if (left <= length && length > 0) {
      const [from, to] = [path[at]!, path[at + 1]!], share = left / length;
      return [from[0]! + share * (to[0]! - from[0]!), from[1]! + share * (to[1]! - from[1]!)];
    }
    left -= length;
  }
  return [path[0]![0]!, path[0]![1]!];
}

/** Places of marks on the screen, moved apart where they would hide each other. Pure: pixels in, pixels out. */
export function apart(places: { x: number; y: number }[], sizePx: number): { x: number; y: number }[] {
  const found: { x: number; y: number }[] = [];
  for (const place of places) {
    const free = { ...place };
    while (found.some((other) => Math.abs(other.x - free.x) < sizePx && Math.abs(other.y - free.y) < sizePx)) free.x += sizePx;
    found.push(free);
  }
  return found;
}
