// The table of gateways, with what the store knows of them.
import { ageText } from "../shared/series.ts";
import { shown } from "../shared/words.ts";
import { asked } from "./asked.ts";
import type { Asset } from "./assets.ts";
import { element, onEnter } from "./dom.ts";
import { type AlarmCount, gatewayRows, type GatewayRow, type StoredGateway } from "./gateways.ts";
import { text } from "./texts.ts";

type Label = "heard" | "delay" | "backlog" | "lineLoad" | "alarms" | "clock" | "version";

export class GatewayTable {
  #body: HTMLTableSectionElement;
  #missing: HTMLElement;
  #onPick: (gateway: string) => void;
  #stored: StoredGateway[] = [];

  /** `missing` is shown when the store does not answer. */
  constructor(body: HTMLTableSectionElement, missing: HTMLElement, onPick: (gateway: string) => void) {
    this.#body = body;
    this.#missing = missing;
    this.#onPick = onPick;
  }

  /** Ask the server what the store knows of the gateways. */
  async refresh(): Promise<void> {
    const answer = await asked<{ gateways: StoredGateway[] }>("/api/gateways");
    this.#missing.hidden = answer !== null;
    if (answer) this.#stored = answer.gateways;
  }

  /** Draw every gateway. */
  draw(states: Record<string, string>, assets: Iterable<Asset>, alarms: AlarmCount, nowMs: number): void {
    const focused = document.activeElement?.closest<HTMLElement>("[data-gateway]")?.dataset.gateway;
    this.#body.replaceChildren(...gatewayRows(states, this.#stored, assets, alarms).map((row) => this.#row(row, nowMs)));
    if (focused) [...this.#body.rows].find((row) => row.dataset.gateway === focused)?.focus();
  }

  #row(row: GatewayRow, nowMs: number): HTMLElement {
    const [operator, gateway] = row.name.split("/");
    const pick = (): void => this.#onPick(gateway!);
    const number = (value: number | undefined, unit: string): string => (value === undefined ? "–" : `${shown(value)}${unit}`);
    const cells: [name: string, label: Label | "", content: string, look: string][] = [
      ["state", "", text().gatewayStates[row.state] ?? row.state, `state ${row.state === "online" ? "good" : row.state === "offline" ? "silent" : "missing"}`],
      ["heard", "heard", ageText(row.heardMs, nowMs), "number"],
      ["delay", "delay", number(row.delayS, " s"), "number"],
      ["backlog", "backlog", number(row.backlog, ""), "number wide"],
      ["load", "lineLoad", number(row.lineLoad, " %"), "number"],
      ["alarms", "alarms", String(row.alarms), `number${row.alarms ? " state silent" : ""}`],
      ["clock", "clock", text().clocks[row.clock ?? ""] ?? "–", `wide state${row.clock === "unsynced" ? " silent" : ""}`],
      ["version", "version", row.version ?? "–", "wide"],
    ];
    return element("tr", { tabindex: "0", "data-gateway": row.name, onclick: pick, onkeydown: onEnter(pick) },
      element("td", {}, gateway!, " ", element("small", {}, operator!)),
      ...cells.map(([name, label, content, look]) => element("td", { class: look, "data-cell": name, "data-label": label && text()[label] }, content)));
  }
}
