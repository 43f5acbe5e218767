// The table of areas, which filters the assets.
import { locale } from "../shared/words.ts";
import { type Areas, ELSEWHERE, areaRows } from "./areas.ts";
import type { Asset, Fault } from "./assets.ts";
import { element } from "./dom.ts";
import { text } from "./texts.ts";

export class AreaTable {
  #body: HTMLTableSectionElement;
  #onPick: (area: string) => void;

  /** `onPick` is called with the area that a person chose, or "" for all. */
  constructor(body: HTMLTableSectionElement, onPick: (area: string) => void) {
    this.#body = body;
    this.#onPick = onPick;
  }

  draw(areas: Areas, assets: Iterable<Asset>, faults: Fault[], chosen: string): void {
    const focused = document.activeElement?.closest<HTMLElement>("[data-area]")?.dataset.area;
    this.#body.replaceChildren(...areaRows(areas, assets, faults).map((row) => {
      const pick = (): void => this.#onPick(row.name === chosen ? "" : row.name);
      const kilowatts = row.kilowatts.toLocaleString(locale(), { maximumFractionDigits: 2 });
      return element("tr", { "data-area": row.name, "aria-selected": String(row.name === chosen), onclick: pick },
        element("td", {}, element("button", { type: "button", "aria-pressed": String(row.name === chosen) }, row.name === ELSEWHERE ? text().elsewhere : row.name)),
        element("td", { class: "number" }, String(row.assets)), element("td", { class: "number" }, row.lamps ? text().of(row.lit, row.lamps) : "–"),
        element("td", { class: "number" }, row.metered ? `${kilowatts} kW` : "–"), element("td", { class: `number${row.faults ? " state silent" : ""}` }, String(row.faults)));
    }));
    if (focused !== undefined) [...this.#body.rows].find((row) => row.dataset.area === focused)?.querySelector("button")!.focus();
  }
}
