// The map: a mark for every asset with a location, and the streets.
import { keyOf } from "./assets.js";

const PRATO = [43.88, 11.1];

export class StreetMap {
  #map = L.map("map", { attributionControl: false, zoomSnap: 0.25, keyboard: true });
  #markers = new Map();
  #onChoose;

  /** @param {(key: string) => void} onChoose called when a mark is clicked */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    this.fit();
  }

  /** Draw an asset's mark, if its looks have changed. */
  draw(asset, state, chosen) {
    if (!asset.location) return;
    const key = keyOf(asset);
    const [lon, lat] = asset.location.coordinates;
    let marker = this.#markers.get(key);
    if (!marker) {
      marker = L.marker([lat, lon], { title: asset.name ?? asset.asset, alt: asset.asset, keyboard: true });
      marker.on("click keypress", () => this.#onChoose(key));
      this.#markers.set(key, marker);
    }
    const look = `spot ${asset.measurement} ${state}${chosen ? " chosen" : ""}`;
    if (look === marker.look) return;
    marker.look = look;
    marker.setIcon(L.divIcon({ className: look, html: "<i></i>", iconSize: [20, 20] }));
    marker.addTo(this.#map);
  }

  /** Remove the marks of assets that are gone. @param {(key: string) => boolean} isKnown */
  keep(isKnown) {
    for (const [key, marker] of this.#markers) if (!isKnown(key)) { marker.remove(); this.#markers.delete(key); }
  }

  /** Show every mark. */
  fit() {
    this.#map.invalidateSize();
    const group = L.featureGroup([...this.#markers.values()]);
    if (this.#markers.size) this.#map.fitBounds(group.getBounds().pad(0.08), { animate: false, maxZoom: 18 });
    else this.#map.setView(PRATO, 13);
  }

  async drawRoads() {
    const answer = await fetch("/api/streets");
    if (!answer.ok) return;
    const color = getComputedStyle(document.documentElement).getPropertyValue("--road");
    L.geoJSON(await answer.json(), { style: { color, weight: 9, lineCap: "round" }, interactive: false }).addTo(this.#map);
  }

  /** Name the buttons in the page's language. */
  label(zoomIn, zoomOut) {
    for (const [name, title] of [["in", zoomIn], ["out", zoomOut]]) {
      const button = document.querySelector(`.leaflet-control-zoom-${name}`);
      button.title = title;
      button.setAttribute("aria-label", title);
    }
  }
}
