// The table of roll-outs of firmware: how far each is, and why it stopped.
import { locale } from "../shared/words.ts";
import { momentText } from "./alarm_list.ts";
import { element } from "./dom.ts";
import { type Rollout, countsOf, toShow } from "./rollouts.ts";
import { text } from "./texts.ts";

const LOOKS: Record<string, string> = { stopped: "silent", paused: "missing", running: "good" };

export class RolloutTable {
  #part: HTMLElement;
  #body: HTMLTableSectionElement;
  #rollouts: Rollout[] = [];

  /** `part` is hidden while there are no roll-outs. */
  constructor(part: HTMLElement, body: HTMLTableSectionElement) {
    this.#part = part;
    this.#body = body;
  }

  /** Show other roll-outs, the newest first. */
  replace(rollouts: Rollout[], nowMs: number): void {
    this.#rollouts = rollouts;
    this.draw(nowMs);
  }

  /** Draw every roll-out. */
  draw(nowMs: number): void {
    this.#part.hidden = this.#rollouts.length === 0;
    this.#body.replaceChildren(...toShow(this.#rollouts, nowMs).flatMap((one) => this.#rows(one, nowMs)));
  }

  #rows(one: Rollout, nowMs: number): HTMLElement[] {
    const counts = countsOf(one), last = one.waves.length - 1;
    const wave = one.wave === 0 ? text().canaries : text().waveOf(one.wave, last);
    const numbers: [label: "toUpdate" | "inHand" | "proving" | "proved" | "failedCount" | "leftOut", value: number][] = [["toUpdate", counts.waiting],
      ["inHand", counts.inHand], ["proving", counts.watched], ["proved", counts.healthy], ["failedCount", counts.failed], ["leftOut", counts.leftOut]];
    const row = element("tr", { "data-rollout": one.id },
      element("td", {}, one.id, " ", element("small", {}, text().byAt(one.by, momentText(Date.parse(one.begun), nowMs)))),
      element("td", {}, `${one.firmware.model} ${one.firmware.version}`),
      element("td", { class: `state ${LOOKS[one.state] ?? ""}`, "data-cell": "state" }, text().rolloutStates[one.state] ?? one.state),
      element("td", { "data-label": text().wave }, wave),
      ...numbers.map(([label, value]) => element("td", { class: `number${label === "failedCount" && value ? " state silent" : ""}`, "data-label": text()[label] }, String(value))));
    const why = one.why && (locale() === "it" ? one.why.it : one.why.en);
    return why ? [row, element("tr", { class: "why" }, element("td", { colspan: "10" }, why))] : [row];
  }
}
