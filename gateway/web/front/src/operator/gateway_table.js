// The table of gateways, with what the store knows of them.
import { ageText } from "../shared/series.ts";
import { shown } from "../shared/words.ts";
import { element, onEnter } from "./dom.js";
import { gatewayRows } from "./gateways.js";
import { text } from "./texts.js";

export class GatewayTable {
  #body;
  #missing;
  #onPick;
  #stored = [];

  /** @param {HTMLTableSectionElement} body @param {HTMLElement} missing shown when the store does not answer @param {(gateway: string) => void} onPick */
  constructor(body, missing, onPick) {
    this.#body = body;
    this.#missing = missing;
    this.#onPick = onPick;
  }

  /** Ask the server what the store knows of the gateways. */
  async refresh() {
    const answer = await fetch("/api/gateways").catch(() => ({ ok: false }));
    this.#missing.hidden = answer.ok;
    if (answer.ok) this.#stored = (await answer.json()).gateways;
  }

  /** Draw every gateway. */
  draw(states, assets, alarms, nowMs) {
    const focused = document.activeElement?.closest?.("[data-gateway]")?.dataset.gateway;
    this.#body.replaceChildren(...gatewayRows(states, this.#stored, assets, alarms).map((row) => this.#row(row, nowMs)));
    if (focused) [...this.#body.rows].find((row) => row.dataset.gateway === focused)?.focus();
  }

  #row(row, nowMs) {
    const pick = () => this.#onPick(row.name.split("/")[1]);
    const number = (value, unit) => (value === undefined ? "–" : `${shown(value)}${unit}`);
    const cells = [
      ["state", "", text().gatewayStates[row.state] ?? row.state, `state ${row.state === "online" ? "good" : row.state === "offline" ? "silent" : "missing"}`],
      ["heard", "heard", ageText(row.heardMs, nowMs), "number"],
      ["delay", "delay", number(row.delayS, " s"), "number"],
      ["backlog", "backlog", number(row.backlog, ""), "number wide"],
      ["load", "lineLoad", number(row.lineLoad, " %"), "number"],
      ["alarms", "alarms", String(row.alarms), `number${row.alarms ? " state silent" : ""}`],
      ["clock", "clock", text().clocks[row.clock] ?? "–", `wide state${row.clock === "unsynced" ? " silent" : ""}`],
      ["version", "version", row.version ?? "–", "wide"],
    ];
    return element("tr", { tabindex: "0", "data-gateway": row.name, onclick: pick, onkeydown: onEnter(pick) },
      element("td", {}, row.name.split("/")[1], " ", element("small", {}, row.name.split("/")[0])),
      ...cells.map(([name, label, content, look]) => element("td", { class: look, "data-cell": name, "data-label": text()[label] }, content)));
  }
}
