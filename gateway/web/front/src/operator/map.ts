// The map: a mark for every asset with a location, and the streets. Marks that are too close are one, with their number. Without streets it
// has a grid, and names beside a few marks.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { Grid } from "../shared/grid.ts";
import type { Areas } from "./areas.ts";
import { asked } from "./asked.ts";
import { FAULTS, keyOf, rank, type Asset, type AssetState } from "./assets.ts";
import { type Cluster, clustered } from "./clusters.ts";
import { element } from "./dom.ts";
import { text } from "./texts.ts";

const ITALY: L.LatLngTuple = [42.5, 12.5];
const ITALY_ZOOM = 6;
const NAMES_MOST = 25;

/** As many marks are shown one by one, also if some overlap. */
const SINGLE_MOST = 100;

/** From this scale on, where a street fills the map, every mark is shown. */
const SINGLE_ZOOM = 18;

const CLUSTER_RADIUS_PX = 46;

/** Of more, those outside of the view are drawn too, by this share of it: so a map that is moved a little is complete. */
const AROUND = 0.25;

const SETTLE_MS = 60;

/** What is drawn of an asset: its state, and the priority of its most urgent alarm (0: none). */
export interface Shown {
  state: AssetState;
  alarm: number;
  isChosen: boolean;
}

interface Mark extends Shown {
  asset: Asset;
  at: L.LatLng;
}

/** One or several marks as they are on the map. */
interface Drawn {
  marker: L.Marker;
  look: string;
}

export class StreetMap {
  #map = L.map("map", { attributionControl: false, zoomControl: false, zoomSnap: 0.25, keyboard: true });
  #marks = new Map<string, Mark>();
  #drawn = new Map<string, Drawn>();
  #onChoose: (key: string) => void;
  #hasStreets = true;
  #fitting = false;
  #moved = false;
  #whole: HTMLAnchorElement;
  #settling = 0;

  /** `onChoose` is called when a mark is clicked. */
  constructor(onChoose: (key: string) => void) {
    this.#onChoose = onChoose;
    L.control.zoom().addTo(this.#map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(this.#map);
    this.#whole = this.#addWhole();
    this.#map.on("movestart zoomstart", () => { if (!this.#fitting) this.#moved = true; });
    this.#map.on("moveend", () => this.#arrange());
    this.fit();
    new ResizeObserver(() => this.fit()).observe(this.#map.getContainer());
  }

  /** Draw an asset's mark, soon: those that change together are arranged once. */
  draw(asset: Asset, shown: Shown): void {
    if (!asset.location) return;
    const [lon, lat] = asset.location.coordinates;
    this.#marks.set(keyOf(asset), { asset, at: L.latLng(lat, lon), ...shown });
    this.#settling ||= window.setTimeout(() => this.#arrange(), SETTLE_MS);
  }

  /** Remove the marks of assets that are gone. */
  keep(isKnown: (key: string) => boolean): void {
    for (const key of this.#marks.keys()) if (!isKnown(key)) this.#marks.delete(key);
    this.#arrange();
  }

  /** Show every mark, unless a person has moved the map since. */
  fit(): void {
    this.#map.invalidateSize({ pan: false });
    if (!this.#moved) this.#fit();
  }

  #fit(): void {
    this.#fitting = true;
    if (this.#marks.size) this.#map.fitBounds(L.latLngBounds([...this.#marks.values()].map(({ at }) => at)).pad(0.08), { animate: false, maxZoom: 18 });
    else this.#map.setView(ITALY, ITALY_ZOOM, { animate: false });
    this.#fitting = false;
    this.#arrange();
  }

  /** Bring an asset's mark into view. */
  reveal(key: string): void {
    const mark = this.#marks.get(key);
    if (mark && !this.#map.getBounds().contains(mark.at)) this.#map.panTo(mark.at);
  }

  /** Draw the streets, if the site has a map of them; return whether it has. */
  async drawRoads(): Promise<boolean> {
    const streets = await asked<GeoJSON.GeoJsonObject>("/api/streets");
    this.#hasStreets = streets !== null;
    if (streets) L.geoJSON(streets, { style: { className: "road", weight: 9, lineCap: "round" }, interactive: false }).addTo(this.#map);
    else new Grid().addTo(this.#map);
    this.#arrange();
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

  /** Draw what is in view: one by one where there is room, in groups where there is not. The chosen mark is always one of its own. */
  #arrange(): void {
    clearTimeout(this.#settling);
    this.#settling = 0;
    const view = this.#map.getBounds().pad(AROUND), zoom = this.#map.getZoom(), areFew = this.#marks.size <= SINGLE_MOST;
    const near = [...this.#marks].filter(([, mark]) => areFew || view.contains(mark.at));
    const placed = near.map(([key, mark]) => ({ key, rank: rank(mark.asset.measurement), ...this.#pixels(mark, zoom) }));
    const isSingle = near.length <= SINGLE_MOST || zoom >= SINGLE_ZOOM;
    const [apart, others] = [placed.filter(({ key }) => isSingle || this.#marks.get(key)!.isChosen), placed.filter(({ key }) => !isSingle && !this.#marks.get(key)!.isChosen)];
    const wanted = new Map<string, Cluster>([...apart.map((one): Cluster => [one]), ...clustered(others, CLUSTER_RADIUS_PX)].map((cluster) => [nameOf(cluster), cluster]));
    for (const [name, { marker }] of this.#drawn) if (!wanted.has(name)) { marker.remove(); this.#drawn.delete(name); }
    for (const [name, cluster] of wanted) {
      if (cluster.length === 1) this.#drawOne(name, this.#marks.get(cluster[0].key)!);
      else this.#drawCluster(name, cluster.map(({ key }) => this.#marks.get(key)!));
    }
    this.#drawNames();
  }

  #pixels(mark: Mark, zoom: number): { x: number; y: number } {
    const { x, y } = this.#map.project(mark.at, zoom);
    return { x, y };
  }

  #drawOne(key: string, mark: Mark): void {
    const name = mark.asset.name ?? mark.asset.asset;
    const drawn = this.#drawnAt(key, mark.at, name, mark.asset.asset, () => this.#onChoose(key));
    const look = `spot ${mark.asset.measurement} ${mark.state}${mark.alarm ? ` alarm p${mark.alarm}` : ""}${mark.isChosen ? " chosen" : ""}`;
    this.#wear(drawn, look, "<i></i>", 20);
  }

  #drawCluster(name: string, marks: Mark[]): void {
    const faults = marks.filter(({ state }) => FAULTS.has(state)).length, alarms = marks.map(({ alarm }) => alarm).filter(Boolean);
    const worst = alarms.length ? Math.min(...alarms) : 0, title = text().cluster(marks.length, faults), at = marks[0]!.at;
    const bounds = L.latLngBounds(marks.map((one) => one.at));
    const drawn = this.#drawnAt(name, at, title, title, () => this.#map.fitBounds(bounds.pad(0.15), { maxZoom: SINGLE_ZOOM }));
    const size = marks.length < 10 ? 26 : marks.length < 100 ? 32 : 40;
    const look = `cluster${faults ? " faulty" : ""}${worst ? ` alarm p${worst}` : ""}${marks.some(({ state }) => state === "lit") ? " lit" : ""}`;
    this.#wear(drawn, look, `<b>${marks.length}</b>${faults ? `<small>${faults}</small>` : ""}`, size);
  }

  /** Return what is drawn under a name, drawn anew if it is not there. */
  #drawnAt(name: string, at: L.LatLng, title: string, alt: string, work: () => void): Drawn {
    let drawn = this.#drawn.get(name);
    if (!drawn) {
      drawn = { marker: L.marker(at, { title, alt, keyboard: true }), look: "" };
      drawn.marker.on("click keypress", work);
      this.#drawn.set(name, drawn);
    }
    return drawn;
  }

  /** Give a mark its looks, if they have changed. */
  #wear(drawn: Drawn, className: string, html: string, sizePx: number): void {
    const look = `${className} ${html}`;
    if (look === drawn.look) return;
    drawn.look = look;
    drawn.marker.setIcon(L.divIcon({ className, html, iconSize: [sizePx, sizePx] }));
    drawn.marker.addTo(this.#map);
  }

  #drawNames(): void {
    const named = !this.#hasStreets && this.#marks.size <= NAMES_MOST;
    for (const { marker } of this.#drawn.values()) {
      if (named && !marker.getTooltip()) marker.bindTooltip(element("span", {}, marker.options.title ?? ""), { permanent: true, direction: "right", offset: [8, 0], className: "name" });
      else if (!named && marker.getTooltip()) marker.unbindTooltip();
    }
  }
}

/** Return the name of a group: that of its mark, or of the first with all their number, so that one that has grown is drawn anew. */
const nameOf = (cluster: Cluster): string => (cluster.length === 1 ? cluster[0].key : `${cluster[0].key} and ${cluster.length - 1}`);
