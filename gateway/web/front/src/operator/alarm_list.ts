// The list of alarms: those that are active, or those that have ended.
import { ageText } from "../shared/series.ts";
import { locale } from "../shared/words.ts";
import { asked } from "./asked.ts";
import type { Alarm, EndedAlarm } from "./assets.ts";
import { choiceButtons, element, onEnter } from "./dom.ts";
import { detailText, text } from "./texts.ts";

/** Return a time of day, with seconds. */
export const timeText = (ms: number): string => new Date(ms).toLocaleTimeString(locale(), { hourCycle: "h23" });

/** Return the date of a time; nothing if it is today. */
function dateText(ms: number, nowMs: number): string {
  const day = new Date(ms);
  return day.toDateString() === new Date(nowMs).toDateString() ? "" : day.toLocaleDateString(locale(), { day: "numeric", month: "short" });
}

type AlarmView = "active" | "ended";

interface EndedAlarms {
  since_ms: number;
  alarms: EndedAlarm[];
}

export class AlarmList {
  #list: HTMLElement;
  #tabs: HTMLElement;
  #onChoose: (subject: string) => void;
  #view: AlarmView = "active";
  #active: Alarm[] = [];
  #ended: EndedAlarms | null = null;
  #nowMs: () => number;

  constructor(list: HTMLElement, tabs: HTMLElement, onChoose: (subject: string) => void, nowMs: () => number) {
    this.#list = list;
    this.#tabs = tabs;
    this.#onChoose = onChoose;
    this.#nowMs = nowMs;
  }

  /** Show the alarms that are active now; some of those before may have ended. */
  update(active: Alarm[]): void {
    this.#active = active;
    if (this.#view === "ended") void this.#readEnded();
    this.draw();
  }

  draw(): void {
    this.#tabs.replaceChildren(...choiceButtons(Object.entries(text().alarmViews) as [AlarmView, string][], this.#view, (view) => this.#show(view)));
    const items = this.#view === "active" ? this.#activeItems() : this.#endedItems();
    this.#list.replaceChildren(...items);
  }

  #show(view: AlarmView): void {
    this.#view = view;
    if (view === "ended") void this.#readEnded();
    this.draw();
    this.#tabs.querySelector<HTMLElement>(`[data-choice=${view}]`)!.focus();
  }

  async #readEnded(): Promise<void> {
    const ended = await asked<EndedAlarms>("/api/alarms/ended");
    if (!ended) return;
    this.#ended = ended;
    if (this.#view === "ended") this.draw();
  }

  #activeItems(): HTMLElement[] {
    const items = this.#active.map((alarm) => this.#item(alarm, text().since(timeText(alarm.since_ms), dateText(alarm.since_ms, this.#nowMs()))));
    return items.length ? items : [element("li", { class: "none" }, text().none)];
  }

  #endedItems(): HTMLElement[] {
    if (!this.#ended) return [];
    const { since_ms: sinceMs, alarms } = this.#ended;
    const items = alarms.map((alarm) => this.#item(alarm, text().lasted(
      [dateText(alarm.since_ms, this.#nowMs()), timeText(alarm.since_ms)].filter(Boolean).join(", "), timeText(alarm.until_ms), ageText(alarm.since_ms, alarm.until_ms))));
    const note = text().endedSince(timeText(sinceMs), dateText(sinceMs, this.#nowMs()));
    return [...items, element("li", { class: "none" }, note)];
  }

  #item(alarm: Alarm & Partial<EndedAlarm>, when: string): HTMLElement {
    const pick = () => this.#onChoose(alarm.subject);
    const detail = alarm.detail ? ` · ${detailText(alarm.detail)}` : "";
    return element("li", { class: `${alarm.kind}${alarm.until_ms ? " ended" : ""}`, tabindex: "0", onclick: pick, onkeydown: onEnter(pick) },
      `${alarm.subject}: ${text().alarm[alarm.kind] ?? alarm.kind}`, element("small", {}, `${when}${detail}`));
  }
}
