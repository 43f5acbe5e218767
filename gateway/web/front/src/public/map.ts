// Draws the map of the page for citizens: the same numbers as in the list.
import L from "leaflet";
import { apart, baseMap, drawStreets, labelButtons, middleOf } from "../shared/base_map.ts";

/** What the map draws of a situation. */
interface Mark {
  number: number;
  id: string;
  kind: string;
  active: boolean;
  headline: string;
  geometry: GeoJSON.Geometry;
}

const MARK_PX = 30;

/** Draw the map in an element that says where its marks are, and how its buttons are called. */
export async function drawMap(place: HTMLElement): Promise<void> {
  const answer = await fetch(place.dataset.marks!).catch(() => null);
  const marks = answer?.ok ? ((await answer.json()) as Mark[]) : [];
  if (!marks.length) { place.parentElement!.hidden = true; return; }
  const labels = JSON.parse(place.dataset.labels!) as { zoom_in: string; zoom_out: string };
  const map = baseMap(place), numbers = L.layerGroup().addTo(map), bounds = L.latLngBounds([]);
  labelButtons(map, labels.zoom_in, labels.zoom_out);
  void drawStreets(map, "/streets.json");
  for (const one of marks) {
    const look = `shape${one.active ? " active" : ""}`;
    const shape = L.geoJSON(one.geometry, { style: { className: look, weight: 9, lineCap: "round" }, pointToLayer: (_, at) => L.circle(at, { radius: 12, className: look }) }).addTo(map);
    bounds.extend(shape.getBounds());
  }
  const draw = (): void => {
    numbers.clearLayers();
    const places = apart(marks.map((one) => map.latLngToLayerPoint(middleOf(one.geometry))), MARK_PX);
    for (const [at, one] of marks.entries()) {
      const icon = L.divIcon({ className: `mark${one.active ? " active" : ""}`, html: `<span>${one.number}</span>`, iconSize: [MARK_PX, MARK_PX] });
      const title = `${one.number}: ${one.headline}`;
      L.marker(map.layerPointToLatLng([places[at]!.x, places[at]!.y]), { icon, title, alt: title, keyboard: true })
        .on("click keypress", () => { const found = document.getElementById(one.id); found?.scrollIntoView({ block: "center" }); location.hash = one.id; }).addTo(numbers);
    }
  };
  map.fitBounds(bounds.pad(0.12), { animate: false, maxZoom: 17 });
  map.on("zoomend", draw);
  draw();
}
