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
