// The map of situations: what is drawn of each, with its number, and who is in whose way.
import L from "leaflet";
import { apart, baseMap, drawStreets, labelButtons, middleOf } from "../../shared/base_map.ts";
import { say } from "../../shared/say.ts";
import type { Item } from "../api.ts";
import { isExercise, pairs } from "../model/board.ts";
import { own } from "../texts.ts";

/** Marks are as large as the text of the page says. */
const MARK_REM = 1.5;

export class RoomMap {
  #map: L.Map;
  #shapes = L.layerGroup();
  #marks = L.layerGroup();
  #items: Item[] = [];
  #numbers: ReadonlyMap<string, number> = new Map();
  #onChoose: (situation: string) => void;
  #look = "";
  #moved = false;
  #fitting = false;
  #resized: ResizeObserver;

  constructor(container: HTMLElement, onChoose: (situation: string) => void) {
    this.#map = baseMap(container);
    this.#onChoose = onChoose;
    this.#shapes.addTo(this.#map);
    this.#marks.addTo(this.#map);
    this.#map.on("movestart zoomstart", () => { if (!this.#fitting) this.#moved = true; });
    this.#map.on("zoomend", () => this.#drawMarks());
    this.#resized = new ResizeObserver(() => { this.#map.invalidateSize({ pan: false }); this.#fit(); });
    this.#resized.observe(container);
    void drawStreets(this.#map, "/api/streets");
  }

  remove(): void {
    this.#resized.disconnect();
    this.#map.remove();
  }

  /** Draw situations, if they or their looks have changed. */
  draw(items: Item[], numbers: ReadonlyMap<string, number>): void {
    labelButtons(this.#map, say("Zoom in", "Ingrandisci"), say("Zoom out", "Riduci"));
    const look = JSON.stringify([document.documentElement.lang, items.map((item) => [item.feature.id, item.feature.properties.version, lookOf(item), item.conflicts?.map((one) => one.id), numbers.get(item.feature.id)])]);
    if (look === this.#look) return;
    this.#look = look;
    this.#items = items.filter((item) => item.feature.geometry !== null);
    this.#numbers = numbers;
    this.#shapes.clearLayers();
    for (const item of [...this.#items].reverse()) {
      L.geoJSON(item.feature.geometry!, { style: { className: `shape ${lookOf(item)}`, weight: 10, lineCap: "round" }, pointToLayer: (_, at) => L.circle(at, { radius: 12, className: `shape ${lookOf(item)}` }) })
        .on("click", () => this.#onChoose(item.feature.id)).addTo(this.#shapes);
    }
    this.#fit();
    this.#drawMarks();
  }

  #fit(): void {
    if (this.#moved || !this.#items.length) return;
    this.#fitting = true;
    const bounds = L.latLngBounds([]);
    for (const item of this.#items) bounds.extend(L.geoJSON(item.feature.geometry!).getBounds());
    this.#map.fitBounds(bounds.pad(0.12), { animate: false, maxZoom: 17 });
    this.#fitting = false;
  }

  /** Draw numbers, apart from each other, and lines between those that are in each other's way. */
  #drawMarks(): void {
    this.#marks.clearLayers();
    if (!this.#items.length) return;
    const sizePx = MARK_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
    const places = apart(this.#items.map((item) => this.#map.latLngToLayerPoint(middleOf(item.feature.geometry!))), sizePx);
    const at = new Map(this.#items.map((item, number) => [item.feature.id, this.#map.layerPointToLatLng([places[number]!.x, places[number]!.y])]));
    for (const { ids: [one, other] } of pairs(this.#items)) {
      const [from, to] = [at.get(one)!, at.get(other)!];
      L.polyline([from, to], { className: "conflict-line", weight: 5, interactive: false }).addTo(this.#marks);
    }
    for (const item of this.#items) this.#drawMark(item, at.get(item.feature.id)!, sizePx);
  }

  #drawMark(item: Item, at: L.LatLng, sizePx: number): void {
    const number = this.#numbers.get(item.feature.id)!, title = `${number}: ${own(item.feature.properties.headline)}`;
    const icon = L.divIcon({ className: `mark ${lookOf(item)}`, html: `<span>${number}</span>`, iconSize: [sizePx, sizePx] });
    const mark = L.marker(at, { icon, title, alt: title, keyboard: true, riseOnHover: true, zIndexOffset: item.conflicts?.length ? 500 : 0 });
    mark.on("click keypress", () => this.#onChoose(item.feature.id));
    mark.addTo(this.#marks);
  }
}

/** Return the classes of what is drawn of a situation. */
const lookOf = (item: Item): string => {
  const said = item.feature.properties;
  return [said.state, said.overrunning || said.start_unconfirmed ? "late" : "", isExercise(item) ? "exercise" : "", item.conflicts?.length ? "in-conflict" : ""].filter(Boolean).join(" ");
};
