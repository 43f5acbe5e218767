// The map: a mark for every asset with a location, and the streets. Without streets it has a grid, and names beside a few marks.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { Grid } from "../shared/grid.ts";
import type { Areas } from "./areas.ts";
import { asked } from "./asked.ts";
import { element } from "./dom.ts";
import { keyOf, type Asset, type AssetState } from "./assets.ts";

const ITALY: L.LatLngTuple = [42.5, 12.5];
const ITALY_ZOOM = 6;
const NAMES_MOST = 25;

/** More marks than that have no glow, which would take long to paint. */
const MANY = 1000;


interface Mark {
  marker: L.Marker;
  look: string;
}

export class StreetMap {
  #map = L.map("map", { attributionControl: false, zoomControl: false, zoomSnap: 0.25, keyboard: true });
  #markers = new Map<string, Mark>();
  #onChoose: (key: string) => void;
  #hasStreets = true;
  #fitting = false;
  #moved = false;
  #whole: HTMLAnchorElement;

  /** `onChoose` is called when a mark is clicked. */
  constructor(onChoose: (key: string) => void) {
    this.#onChoose = onChoose;
    L.control.zoom().addTo(this.#map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(this.#map);
    this.#whole = this.#addWhole();
    this.#map.on("movestart zoomstart", () => { if (!this.#fitting) this.#moved = true; });
    this.fit();
    new ResizeObserver(() => this.fit()).observe(this.#map.getContainer());
  }

  /** Draw an asset's mark, if its looks have changed. */
  draw(asset: Asset, state: AssetState, chosen: boolean): void {
    if (!asset.location) return;
    const key = keyOf(asset);
    const [lon, lat] = asset.location.coordinates;
    let mark = this.#markers.get(key);
    if (!mark) {
      mark = { marker: L.marker([lat, lon], { title: asset.name ?? asset.asset, alt: asset.asset, keyboard: true }), look: "" };
      mark.marker.on("click keypress", () => this.#onChoose(key));
      this.#markers.set(key, mark);
    }
    const look = `spot ${asset.measurement} ${state}${chosen ? " chosen" : ""}`;
    if (look === mark.look) return;
    mark.look = look;
    mark.marker.setIcon(L.divIcon({ className: look, html: "<i></i>", iconSize: [20, 20] }));
    mark.marker.addTo(this.#map);
  }

  /** Remove the marks of assets that are gone. */
  keep(isKnown: (key: string) => boolean): void {
    for (const [key, { marker }] of this.#markers) if (!isKnown(key)) { marker.remove(); this.#markers.delete(key); }
  }

  /** Show every mark, unless a person has moved the map since. */
  fit(): void {
    this.#map.invalidateSize({ pan: false });
    if (!this.#moved) this.#fit();
  }

  #fit(): void {
    this.#fitting = true;
    const group = L.featureGroup([...this.#markers.values()].map(({ marker }) => marker));
    if (this.#markers.size) this.#map.fitBounds(group.getBounds().pad(0.08), { animate: false, maxZoom: 18 });
    else this.#map.setView(ITALY, ITALY_ZOOM, { animate: false });
    this.#fitting = false;
    this.#drawNames();
  }

  /** Bring an asset's mark into view. */
  reveal(key: string): void {
    const marker = this.#markers.get(key)?.marker;
    if (marker && !this.#map.getBounds().contains(marker.getLatLng())) this.#map.panTo(marker.getLatLng());
  }

  /** Draw the streets, if the site has a map of them; return whether it has. */
  async drawRoads(): Promise<boolean> {
    const streets = await asked<GeoJSON.GeoJsonObject>("/api/streets");
    this.#hasStreets = streets !== null;
    if (streets) L.geoJSON(streets, { style: { className: "road", weight: 9, lineCap: "round" }, interactive: false }).addTo(this.#map);
    else new Grid().addTo(this.#map);
    this.#drawNames();
    return this.#hasStreets;
  }

  /** Draw the borders of areas. */
  drawAreas(areas: Areas): void {
    for (const [name, corners] of Object.entries(areas)) {
      L.polygon(corners, { className: "area", weight: 1.5, fill: false, interactive: false }).addTo(this.#map)
        .bindTooltip(element("span", {}, name), { permanent: true, direction: "center", className: "area-name" });
    }
  }

  /** Name the buttons in the page's language. */
  label(zoomIn: string, zoomOut: string, whole: string): void {
    const container = this.#map.getContainer();
    const control = (name: string): HTMLElement => container.querySelector<HTMLElement>(`.leaflet-control-zoom-${name}`)!;
    const buttons: [HTMLElement, string][] = [[control("in"), zoomIn], [control("out"), zoomOut], [this.#whole, whole]];
    for (const [button, title] of buttons) {
      button.title = title;
      button.setAttribute("aria-label", title);
    }
  }

  /** Add the button that shows every mark again. */
  #addWhole(): HTMLAnchorElement {
    const whole = L.DomUtil.create("a", "whole", this.#map.getContainer().querySelector<HTMLElement>(".leaflet-control-zoom")!);
    whole.href = "#";
    whole.role = "button";
    whole.textContent = "⤢";
    L.DomEvent.disableClickPropagation(whole);
    L.DomEvent.on(whole, "click", (event) => { L.DomEvent.preventDefault(event); this.#moved = false; this.#fit(); });
    return whole;
  }

  #drawNames(): void {
    this.#map.getContainer().classList.toggle("many", this.#markers.size > MANY);
    const named = !this.#hasStreets && this.#markers.size <= NAMES_MOST;
    for (const { marker } of this.#markers.values()) {
      if (named && !marker.getTooltip()) marker.bindTooltip(element("span", {}, marker.options.title ?? ""), { permanent: true, direction: "right", offset: [8, 0], className: "name" });
      else if (!named && marker.getTooltip()) marker.unbindTooltip();
    }
  }
}
