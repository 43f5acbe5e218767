// The map: a mark for every asset with a location, and the streets. Without streets it has a grid, and names beside a few marks.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { keyOf } from "./assets.js";

const ITALY = [42.5, 12.5], ITALY_ZOOM = 6;
const NAMES_MOST = 25;
const GRID_PX = 64;

const Grid = L.GridLayer.extend({
  createTile() {
    const tile = document.createElement("div");
    tile.className = "grid";
    return tile;
  },
});

export class StreetMap {
  #map = L.map("map", { attributionControl: false, zoomControl: false, zoomSnap: 0.25, keyboard: true });
  #markers = new Map();
  #onChoose;
  #hasStreets = true;
  #fitting = false;
  #moved = false;
  #whole = null;

  /** @param {(key: string) => void} onChoose called when a mark is clicked */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    L.control.zoom().addTo(this.#map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(this.#map);
    this.#addWhole();
    this.#map.on("movestart zoomstart", () => { if (!this.#fitting) this.#moved = true; });
    this.fit();
    new ResizeObserver(() => this.fit()).observe(this.#map.getContainer());
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

  /** Show every mark, unless a person has moved the map since. */
  fit() {
    this.#map.invalidateSize({ pan: false });
    if (!this.#moved) this.#fit();
  }

  #fit() {
    this.#fitting = true;
    const group = L.featureGroup([...this.#markers.values()]);
    if (this.#markers.size) this.#map.fitBounds(group.getBounds().pad(0.08), { animate: false, maxZoom: 18 });
    else this.#map.setView(ITALY, ITALY_ZOOM, { animate: false });
    this.#fitting = false;
    this.#drawNames();
  }

  /** Bring an asset's mark into view. */
  reveal(key) {
    const marker = this.#markers.get(key);
    if (marker && !this.#map.getBounds().contains(marker.getLatLng())) this.#map.panTo(marker.getLatLng());
  }

  /** Draw the streets, if the site has a map of them; return whether it has. */
  async drawRoads() {
    const answer = await fetch("/api/streets").catch(() => ({ ok: false }));
    this.#hasStreets = answer.ok;
    if (answer.ok) L.geoJSON(await answer.json(), { style: { className: "road", weight: 9, lineCap: "round" }, interactive: false }).addTo(this.#map);
    else new Grid({ tileSize: GRID_PX }).addTo(this.#map);
    this.#drawNames();
    return answer.ok;
  }

  /** Name the buttons in the page's language. */
  label(zoomIn, zoomOut, whole) {
    const container = this.#map.getContainer();
    const buttons = [[container.querySelector(".leaflet-control-zoom-in"), zoomIn], [container.querySelector(".leaflet-control-zoom-out"), zoomOut], [this.#whole, whole]];
    for (const [button, title] of buttons) {
      button.title = title;
      button.setAttribute("aria-label", title);
    }
  }

  /** Add the button that shows every mark again. */
  #addWhole() {
    this.#whole = L.DomUtil.create("a", "whole", this.#map.getContainer().querySelector(".leaflet-control-zoom"));
    this.#whole.href = "#";
    this.#whole.role = "button";
    this.#whole.textContent = "⤢";
    L.DomEvent.disableClickPropagation(this.#whole);
    L.DomEvent.on(this.#whole, "click", (event) => { L.DomEvent.preventDefault(event); this.#moved = false; this.#fit(); });
  }

  #drawNames() {
    const named = !this.#hasStreets && this.#markers.size <= NAMES_MOST;
    for (const marker of this.#markers.values()) {
      if (named && !marker.getTooltip()) marker.bindTooltip(document.createTextNode(marker.options.title), { permanent: true, direction: "right", offset: [8, 0], className: "name" });
      else if (!named && marker.getTooltip()) marker.unbindTooltip();
    }
  }
}
