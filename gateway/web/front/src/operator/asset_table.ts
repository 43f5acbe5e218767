// The table of assets: filtered, sorted, and used with the keyboard.
import { ageText } from "../shared/series.ts";
import { fieldName, inUnit, qualityText, shown, unit } from "../shared/words.ts";
import { FAULTS, type Asset, type AssetState, type Column, type NamedValue, headline, keyOf, latest, matches, sortedKeys } from "./assets.ts";
import { element } from "./dom.ts";
import { text } from "./texts.ts";

/** Where the arrow keys lead. */
const STEPS = new Map([["ArrowDown", "nextElementSibling"], ["ArrowUp", "previousElementSibling"]] as const) as ReadonlyMap<string, "nextElementSibling" | "previousElementSibling">;

export class AssetTable {
  /** What is shown: of one measurement or all (""), with some words, or only faults. */
  filter = { measurement: "", words: "", faultsOnly: false, area: "" };
  #table: HTMLTableElement;
  #state: (asset: Asset) => AssetState;
  #onChoose: (key: string) => void;
  #areas: (asset: Asset) => string[];
  #rows = new Map<string, { row: HTMLTableRowElement; asset: Asset }>();
  #sort: { column: Column; descending: boolean } = { column: "asset", descending: false };

  /** `onChoose` is called by a person's choice. */
  constructor(table: HTMLTableElement, state: (asset: Asset) => AssetState, areas: (asset: Asset) => string[], onChoose: (key: string) => void) {
    this.#table = table;
    this.#state = state;
    this.#areas = areas;
    this.#onChoose = onChoose;
    for (const button of this.#sortButtons()) button.addEventListener("click", () => this.#sortBy(button.dataset.sort as Column));
  }

  /** Draw an asset's row; a new one is at the end until `arrange` is called. */
  draw(asset: Asset, isChosen: boolean, isFresh: boolean, nowMs: number): void {
    const key = keyOf(asset);
    const row = this.#rows.get(key)?.row ?? this.#added(key, asset);
    const state = this.#state(asset);
    const { measurement, words, faultsOnly, area } = this.filter;
    this.#rows.set(key, { row, asset });
    row.hidden = !matches(asset, measurement, words) || (faultsOnly && !FAULTS.has(state)) || (area !== "" && !this.#areas(asset).includes(area));
    row.setAttribute("aria-selected", String(isChosen));
    row.dataset.t = String(latest(asset));
    row.replaceChildren(
      element("td", {}, element("a", { href: `#${encodeURI(key)}`, tabindex: "-1" }, asset.asset), " ", element("small", {}, asset.name ?? "")),
      element("td", { class: isFresh ? "fresh" : "" }, ...headline(asset).map(valueSpan)),
      element("td", { class: "number age" }, ageText(latest(asset), nowMs)), element("td", { class: `state ${state}` }, text().states[state]));
  }

  /** Remove the rows of assets that are gone. */
  keep(isKnown: (key: string) => boolean): void {
    for (const [key, { row }] of this.#rows) if (!isKnown(key)) { row.remove(); this.#rows.delete(key); }
  }

  /** Show how old every asset's newest reading is. */
  drawAges(nowMs: number): void {
    for (const { row, asset } of this.#rows.values()) {
      if (row.hidden) continue;
      const cell = row.querySelector(".age")!, age = ageText(latest(asset), nowMs);
      if (cell.textContent !== age) cell.textContent = age;
    }
  }

  /** Put the rows in their order; the row that has the focus keeps it. */
  arrange(): void {
    const { column, descending } = this.#sort;
    const order = sortedKeys([...this.#rows.values()].map(({ asset }) => asset), column, descending, this.#state).map((key) => this.#rows.get(key)!.row);
    const body = this.#table.tBodies[0]!, focused = document.activeElement as HTMLElement | null;
    if (order.some((row, place) => body.rows[place] !== row)) {
      body.append(...order);
      if (body.contains(focused)) focused?.focus({ preventScroll: true });
    }
    for (const button of this.#sortButtons()) {
      button.closest("th")!.setAttribute("aria-sort", button.dataset.sort !== column ? "none" : descending ? "descending" : "ascending");
    }
  }

  #sortButtons(): NodeListOf<HTMLElement> {
    return this.#table.querySelectorAll<HTMLElement>("button[data-sort]");
  }

  #sortBy(column: Column): void {
    this.#sort = { column, descending: column === this.#sort.column && !this.#sort.descending };
    this.arrange();
  }

  #added(key: string, asset: Asset): HTMLTableRowElement {
    const row = element("tr", { tabindex: "0", "data-asset": asset.asset, "data-measurement": asset.measurement, onclick: () => this.#onChoose(key),
      onkeydown: (event: KeyboardEvent) => this.#moveOrChoose(event, key) });
    this.#table.tBodies[0]!.append(row);
    return row;
  }

  #moveOrChoose(event: KeyboardEvent, key: string): void {
    const step = STEPS.get(event.key);
    if (event.key === "Enter" || event.key === " ") this.#onChoose(key);
    else if (step) {
      let next = (event.currentTarget as HTMLElement)[step] as HTMLElement | null;
      while (next?.hidden) next = next[step] as HTMLElement | null;
      next?.focus();
    } else return;
    event.preventDefault();
  }
}

function valueSpan(one: NamedValue): HTMLElement {
  const label = typeof one.value === "string" ? "" : unit(one.unit) || fieldName(one.name);
  return element("span", { class: "value", "data-field": one.name, "data-value": String(one.value ?? ""), title: `${fieldName(one.name)}: ${qualityText(one.quality)}` },
    shown(inUnit(one.value, one.unit)), element("small", {}, ` ${label}`));
}
