// A map to point at a place: the bundled streets, or a grid; the devices that are placed already. Loaded when it is shown.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { Grid } from "../../shared/grid.ts";
import { say } from "../../shared/say.ts";
import { rounded, type Position } from "../model/place.ts";

const CLOSE_ZOOM = 18, TOWN_ZOOM = 12, FAR_ZOOM = 5;
const ITALY: L.LatLngTuple = [42.5, 12.5];

const pin = (look: string, size: number): L.DivIcon => L.divIcon({ className: look, html: "", iconSize: [size, size] });

/** A map on which a person taps a place. */
export class PlaceMap {
  #map: L.Map;
  #pin: L.Marker | null = null;

  constructor(box: HTMLElement, streets: GeoJSON.GeoJsonObject | null, others: Position[], onPlace: (place: Position) => void) {
    this.#map = L.map(box, { attributionControl: false, zoomControl: false, zoomSnap: 0.5, maxZoom: 20 });
    L.control.zoom({ zoomInTitle: say("Zoom in", "Ingrandisci"), zoomOutTitle: say("Zoom out", "Riduci") }).addTo(this.#map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(this.#map);
    const shown = L.featureGroup();
    if (streets) L.geoJSON(streets, { style: { className: "road", weight: 8, lineCap: "round" }, interactive: false }).addTo(shown);
    else new Grid().addTo(this.#map);
    for (const one of others) L.marker([one.lat, one.lon], { icon: pin("other", 14), interactive: false, keyboard: false }).addTo(shown);
    shown.addTo(this.#map);
    if (shown.getLayers().length) this.#map.fitBounds(shown.getBounds().pad(0.1), { animate: false, maxZoom: CLOSE_ZOOM });
    else this.#map.setView(ITALY, FAR_ZOOM, { animate: false });
    this.#map.on("click", (event) => onPlace(rounded(event.latlng.lat, event.latlng.lng)));
  }

  /** Show where the device is, and bring it into view. */
  show(place: Position | null): void {
    this.#pin?.remove();
    if (!place) return;
    const at: L.LatLngTuple = [place.lat, place.lon];
    this.#pin = L.marker(at, { icon: pin("pin", 22), interactive: false, keyboard: false }).addTo(this.#map);
    if (this.#map.getZoom() < TOWN_ZOOM) this.#map.setView(at, CLOSE_ZOOM, { animate: false });
    else if (!this.#map.getBounds().contains(at)) this.#map.panTo(at, { animate: false });
  }

  remove(): void {
    this.#map.remove();
  }
}
