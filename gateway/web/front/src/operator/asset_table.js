// The table of assets: filtered, sorted, and used with the keyboard.
import { ageText } from "../shared/series.ts";
import { fieldName, inUnit, qualityText, shown, unit } from "../shared/words.ts";
import { FAULTS, headline, keyOf, latest, matches, sortedKeys } from "./assets.js";
import { element } from "./dom.js";
import { text } from "./texts.js";

export class AssetTable {
  /** What is shown: of one measurement or all (""), with some words, or only faults. */
  filter = { measurement: "", words: "", faultsOnly: false };
  #table;
  #state;
  #onChoose;
  #rows = new Map();
  #sort = { column: "asset", descending: false };

  /** @param {HTMLTableElement} table @param {(asset: object) => string} state @param {(key: string) => void} onChoose called by a person's choice */
  constructor(table, state, onChoose) {
    this.#table = table;
    this.#state = state;
    this.#onChoose = onChoose;
    for (const button of table.querySelectorAll("button[data-sort]")) button.addEventListener("click", () => this.#sortBy(button.dataset.sort));
  }

  /** Draw an asset's row; a new one is at the end until `arrange` is called. */
  draw(asset, isChosen, isFresh, nowMs) {
    const key = keyOf(asset);
    const row = this.#rows.get(key)?.row ?? this.#added(key, asset);
    const state = this.#state(asset);
    const { measurement, words, faultsOnly } = this.filter;
    this.#rows.set(key, { row, asset });
    row.hidden = !matches(asset, measurement, words) || (faultsOnly && !FAULTS.has(state));
    row.setAttribute("aria-selected", String(isChosen));
    row.dataset.t = latest(asset);
    row.replaceChildren(
      element("td", {}, element("a", { href: `#${encodeURI(key)}`, tabindex: "-1" }, asset.asset), " ", element("small", {}, asset.name ?? "")),
      element("td", { class: isFresh ? "fresh" : "" }, ...headline(asset).map(valueSpan)),
      element("td", { class: "number age" }, ageText(latest(asset), nowMs)), element("td", { class: `state ${state}` }, text().states[state]));
  }

  /** Remove the rows of assets that are gone. @param {(key: string) => boolean} isKnown */
  keep(isKnown) {
    for (const [key, { row }] of this.#rows) if (!isKnown(key)) { row.remove(); this.#rows.delete(key); }
  }

  /** Show how old every asset's newest reading is. */
  drawAges(nowMs) {
    for (const { row, asset } of this.#rows.values()) row.querySelector(".age").textContent = ageText(latest(asset), nowMs);
  }

  /** Put the rows in their order; the row that has the focus keeps it. */
  arrange() {
    const { column, descending } = this.#sort;
    const order = sortedKeys([...this.#rows.values()].map(({ asset }) => asset), column, descending, this.#state).map((key) => this.#rows.get(key).row);
    const body = this.#table.tBodies[0], focused = document.activeElement;
    if (order.some((row, place) => body.rows[place] !== row)) {
      body.append(...order);
      if (body.contains(focused)) focused.focus({ preventScroll: true });
    }
    for (const button of this.#table.querySelectorAll("button[data-sort]")) {
      button.closest("th").setAttribute("aria-sort", button.dataset.sort !== column ? "none" : descending ? "descending" : "ascending");
    }
  }

  #sortBy(column) {
    this.#sort = { column, descending: column === this.#sort.column && !this.#sort.descending };
    this.arrange();
  }

  #added(key, asset) {
    const row = element("tr", { tabindex: "0", "data-asset": asset.asset, "data-measurement": asset.measurement, onclick: () => this.#onChoose(key),
      onkeydown: (event) => this.#moveOrChoose(event, key) });
    this.#table.tBodies[0].append(row);
    return row;
  }

  #moveOrChoose(event, key) {
    const step = new Map([["ArrowDown", "nextElementSibling"], ["ArrowUp", "previousElementSibling"]]).get(event.key);
    if (event.key === "Enter" || event.key === " ") this.#onChoose(key);
    else if (step) {
      let next = event.currentTarget[step];
      while (next && next.hidden) next = next[step];
      next?.focus();
    } else return;
    event.preventDefault();
  }
}

function valueSpan(one) {
  const label = typeof one.value === "string" ? "" : unit(one.unit) || fieldName(one.name);
  return element("span", { class: "value", "data-field": one.name, "data-value": one.value ?? "", title: `${fieldName(one.name)}: ${qualityText(one.quality)}` },
    shown(inUnit(one.value, one.unit)), element("small", {}, ` ${label}`));
}
