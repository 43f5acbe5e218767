// The table of assets: filtered, sorted, and used with the keyboard.
import { ageText } from "../shared/series.ts";
import { fieldName, inUnit, qualityText, shown, unit } from "../shared/words.ts";
import { FAULTS, type Asset, type AssetState, type Column, type NamedValue, headline, keyOf, latest, matches, sortedKeys } from "./assets.ts";
import { element } from "./dom.ts";
import { text } from "./texts.ts";

/** Where the arrow keys lead. */
const STEPS = new Map([["ArrowDown", "nextElementSibling"], ["ArrowUp", "previousElementSibling"]] as const) as ReadonlyMap<string, "nextElementSibling" | "previousElementSibling">;

/** So many rows are drawn at once: more would make the page slow, and nobody reads them. */
const ROWS_AT_ONCE = 200;

interface Entry {
  asset: Asset;
  isChosen: boolean;
  row: HTMLTableRowElement | null;
}

export class AssetTable {
  /** What is shown: of one measurement or all (""), with some words, or only faults. */
  filter = { measurement: "", words: "", faultsOnly: false, area: "" };
  #table: HTMLTableElement;
  #more: HTMLElement;
  #state: (asset: Asset) => AssetState;
  #words: (asset: Asset, state: AssetState) => string;
  #areas: (asset: Asset) => string[];
  #onChoose: (key: string) => void;
  #entries = new Map<string, Entry>();
  #most = ROWS_AT_ONCE;
  #sort: { column: Column; descending: boolean } = { column: "asset", descending: false };

  /** `more` is a button for the rows that are not drawn; `words` names a state; `onChoose` is called by a person's choice. */
  constructor(table: HTMLTableElement, more: HTMLElement, state: (asset: Asset) => AssetState, words: (asset: Asset, state: AssetState) => string,
    areas: (asset: Asset) => string[], onChoose: (key: string) => void) {
    this.#table = table;
    this.#more = more;
    this.#state = state;
    this.#words = words;
    this.#areas = areas;
    this.#onChoose = onChoose;
    more.addEventListener("click", () => { this.#most += ROWS_AT_ONCE; this.arrange(Date.now()); });
    for (const button of this.#sortButtons()) button.addEventListener("click", () => this.#sortBy(button.dataset.sort as Column));
  }

  /** Draw an asset's row, if it has one; a new asset gets its row from `arrange`. */
  draw(asset: Asset, isChosen: boolean, isFresh: boolean, nowMs: number): void {
    const key = keyOf(asset), row = this.#entries.get(key)?.row ?? null;
    const entry = { asset, isChosen, row };
    this.#entries.set(key, entry);
    if (row) this.#fill(row, entry, isFresh, nowMs);
  }

  /** Remove the assets that are gone. */
  keep(isKnown: (key: string) => boolean): void {
    for (const [key, { row }] of this.#entries) if (!isKnown(key)) { row?.remove(); this.#entries.delete(key); }
  }

  /** Show how old every asset's newest reading is. */
  drawAges(nowMs: number): void {
    for (const { row, asset } of this.#entries.values()) {
      if (!row) continue;
      const cell = row.querySelector(".age")!, age = ageText(latest(asset), nowMs);
      if (cell.textContent !== age) cell.textContent = age;
    }
  }

  /** Draw the rows of the assets that are shown, in their order; the row that has the focus keeps it. */
  arrange(nowMs: number): void {
    const { column, descending } = this.#sort;
    const shown = [...this.#entries.values()].filter(({ asset }) => this.#isShown(asset)).map(({ asset }) => asset);
    const keys = sortedKeys(shown, column, descending, this.#state).slice(0, this.#most), drawn = new Set(keys);
    for (const [key, entry] of this.#entries) if (entry.row && !drawn.has(key)) { entry.row.remove(); entry.row = null; }
    const order = keys.map((key) => this.#rowOf(key, nowMs));
    const body = this.#table.tBodies[0]!, focused = document.activeElement as HTMLElement | null;
    if (order.some((row, place) => body.rows[place] !== row)) {
      body.append(...order);
      if (body.contains(focused)) focused?.focus({ preventScroll: true });
    }
    this.#more.hidden = shown.length <= keys.length;
    this.#more.textContent = text().more(shown.length - keys.length);
    for (const button of this.#sortButtons()) {
      button.closest("th")!.setAttribute("aria-sort", button.dataset.sort !== column ? "none" : descending ? "descending" : "ascending");
    }
  }

  #isShown(asset: Asset): boolean {
    const { measurement, words, faultsOnly, area } = this.filter;
    return matches(asset, measurement, words) && (!faultsOnly || FAULTS.has(this.#state(asset))) && (area === "" || this.#areas(asset).includes(area));
  }

  #rowOf(key: string, nowMs: number): HTMLTableRowElement {
    const entry = this.#entries.get(key)!;
    if (entry.row) return entry.row;
    entry.row = element("tr", { tabindex: "0", "data-asset": entry.asset.asset, "data-measurement": entry.asset.measurement, onclick: () => this.#onChoose(key),
      onkeydown: (event: KeyboardEvent) => this.#moveOrChoose(event, key) });
    this.#fill(entry.row, entry, false, nowMs);
    return entry.row;
  }

  #fill(row: HTMLTableRowElement, { asset, isChosen }: Entry, isFresh: boolean, nowMs: number): void {
    const state = this.#state(asset);
    row.setAttribute("aria-selected", String(isChosen));
    row.dataset.t = String(latest(asset));
    row.replaceChildren(
      element("td", {}, element("a", { href: `#${encodeURI(keyOf(asset))}`, tabindex: "-1" }, asset.asset), " ", element("small", {}, asset.name ?? "")),
      element("td", { class: isFresh ? "fresh" : "" }, ...headline(asset).map(valueSpan)),
      element("td", { class: "number age" }, ageText(latest(asset), nowMs)), element("td", { class: `state ${state}` }, this.#words(asset, state)));
  }

  #sortButtons(): NodeListOf<HTMLElement> {
    return this.#table.querySelectorAll<HTMLElement>("button[data-sort]");
  }

  #sortBy(column: Column): void {
    this.#sort = { column, descending: column === this.#sort.column && !this.#sort.descending };
    this.arrange(Date.now());
  }

  #moveOrChoose(event: KeyboardEvent, key: string): void {
    const step = STEPS.get(event.key);
    if (event.key === "Enter" || event.key === " ") this.#onChoose(key);
    else if (step) {
      ((event.currentTarget as HTMLElement)[step] as HTMLElement | null)?.focus();
    } else return;
    event.preventDefault();
  }
}

function valueSpan(one: NamedValue): HTMLElement {
  const label = typeof one.value === "string" ? "" : unit(one.unit) || fieldName(one.name);
  return element("span", { class: "value", "data-field": one.name, "data-value": String(one.value ?? ""), title: `${fieldName(one.name)}: ${qualityText(one.quality)}` },
    shown(inUnit(one.value, one.unit)), element("small", {}, ` ${label}`));
}
