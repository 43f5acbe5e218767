// The list of alarms: those that are active, or those that have ended.
import { ageText } from "../shared/series.ts";
import { locale } from "../shared/words.ts";
import { choiceButtons, element, onEnter } from "./dom.js";
import { detailText, text } from "./texts.js";

/** Return a time of day, with seconds. */
export const timeText = (ms) => new Date(ms).toLocaleTimeString(locale(), { hourCycle: "h23" });

/** Return the date of a time; nothing if it is today. */
function dateText(ms, nowMs) {
  const day = new Date(ms);
  return day.toDateString() === new Date(nowMs).toDateString() ? "" : day.toLocaleDateString(locale(), { day: "numeric", month: "short" });
}

export class AlarmList {
  #list;
  #tabs;
  #onChoose;
  #view = "active";
  #active = [];
  #ended = null;
  #nowMs;

  /** @param {HTMLElement} list @param {HTMLElement} tabs @param {(subject: string) => void} onChoose @param {() => number} nowMs */
  constructor(list, tabs, onChoose, nowMs) {
    this.#list = list;
    this.#tabs = tabs;
    this.#onChoose = onChoose;
    this.#nowMs = nowMs;
  }

  /** Show the alarms that are active now; some of those before may have ended. */
  update(active) {
    this.#active = active;
    if (this.#view === "ended") this.#readEnded();
    this.draw();
  }

  draw() {
    this.#tabs.replaceChildren(...choiceButtons(Object.entries(text().alarmViews), this.#view, (view) => this.#show(view)));
    const items = this.#view === "active" ? this.#activeItems() : this.#endedItems();
    this.#list.replaceChildren(...items);
  }

  #show(view) {
    this.#view = view;
    if (view === "ended") this.#readEnded();
    this.draw();
    this.#tabs.querySelector(`[data-choice=${view}]`).focus();
  }

  async #readEnded() {
    const answer = await fetch("/api/alarms/ended").catch(() => ({ ok: false }));
    if (!answer.ok) return;
    this.#ended = await answer.json();
    if (this.#view === "ended") this.draw();
  }

  #activeItems() {
    const items = this.#active.map((alarm) => this.#item(alarm, text().since(timeText(alarm.since_ms), dateText(alarm.since_ms, this.#nowMs()))));
    return items.length ? items : [element("li", { class: "none" }, text().none)];
  }

  #endedItems() {
    if (!this.#ended) return [];
    const { since_ms: sinceMs, alarms } = this.#ended;
    const items = alarms.map((alarm) => this.#item(alarm, text().lasted(
      [dateText(alarm.since_ms, this.#nowMs()), timeText(alarm.since_ms)].filter(Boolean).join(", "), timeText(alarm.until_ms), ageText(alarm.since_ms, alarm.until_ms))));
    const note = text().endedSince(timeText(sinceMs), dateText(sinceMs, this.#nowMs()));
    return [...items, element("li", { class: "none" }, note)];
  }

  #item(alarm, when) {
    const pick = () => this.#onChoose(alarm.subject);
    const detail = alarm.detail ? ` · ${detailText(alarm.detail)}` : "";
    return element("li", { class: `${alarm.kind}${alarm.until_ms ? " ended" : ""}`, tabindex: "0", onclick: pick, onkeydown: onEnter(pick) },
      `${alarm.subject}: ${text().alarm[alarm.kind]}`, element("small", {}, `${when}${detail}`));
  }
}
