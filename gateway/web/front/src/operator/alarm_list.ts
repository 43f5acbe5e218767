// The alarms of the centre: a list that is worked through with pointer or keyboard, those that are set aside, and the log.
import { inLanguage, locale } from "../shared/words.ts";
import { AlarmRow, type AlarmWork, priorityMark } from "./alarm_row.ts";
import { Alarms, type AlarmText, type LogRow, PRIORITIES, type ShownAlarm, type SubjectAlarms } from "./alarms.ts";
import { asked } from "./asked.ts";
import { byId, choiceButtons, element } from "./dom.ts";
import { text } from "./texts.ts";

/** So many alarms are drawn at once: nobody works through more. */
const ROWS_AT_ONCE = 100;

/** The centre writes the log before it publishes. */
const LOG_SETTLES_MS = 300;

const STEPS = new Map([["ArrowDown", 1], ["ArrowUp", -1]]);

/** Return a time of day, with seconds. */
export const timeText = (ms: number): string => new Date(ms).toLocaleTimeString(locale(), { hourCycle: "h23" });

/** Return a time, with its date unless that is today's. */
export function momentText(ms: number, nowMs: number): string {
  const at = new Date(ms), time = at.toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return at.toDateString() === new Date(nowMs).toDateString() ? time : `${at.toLocaleDateString(locale(), { day: "numeric", month: "short" })}, ${time}`;
}

type AlarmView = "active" | "aside" | "log";

interface Followed {
  followed: boolean | null;
  since_ms?: number | null;
}

export class AlarmList {
  readonly alarms = new Alarms();
  #list = byId("alarms");
  #more = byId("alarms-more");
  #work: AlarmWork;
  #view: AlarmView = "active";
  #rows = new Map<string, AlarmRow>();
  #known: Set<string> | null = null;
  #log: LogRow[] | null = null;
  #followed: Followed = { followed: true };
  #most = ROWS_AT_ONCE;
  #reading = 0;

  constructor(work: AlarmWork) {
    this.#work = work;
    this.#more.addEventListener("click", () => { this.#most += ROWS_AT_ONCE; this.draw(); });
    this.#list.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Show all alarms anew. */
  replace(subjects: SubjectAlarms[]): void {
    this.alarms.replace(subjects);
    this.#known = null;
    this.#changed();
  }

  /** Show what has changed. */
  update(subjects: SubjectAlarms[]): void {
    this.alarms.update(subjects);
    this.#changed();
  }

  /** Ask whether the centre follows the alarms at all. */
  async refresh(): Promise<void> {
    this.#followed = (await asked<Followed>("/api/alarms/state")) ?? this.#followed;
    this.#drawNote();
  }

  draw(): void {
    const { listed, setAside, waiting } = this.alarms.counts(), named = text().alarmViews;
    const views: [AlarmView, string][] = [["active", `${named.active} (${listed})`], ["aside", `${named.aside} (${setAside})`], ["log", named.log]];
    const focused = document.activeElement?.closest<HTMLElement>("#alarm-views [data-choice]")?.dataset.choice;
    byId("alarm-views").replaceChildren(...choiceButtons(views, this.#view, (view) => this.#show(view)));
    if (focused) byId("alarm-views").querySelector<HTMLElement>(`[data-choice=${focused}]`)?.focus();
    byId("alarm-count").textContent = text().toAcknowledge(waiting);
    byId("alarm-count").classList.toggle("some", waiting > 0);
    this.#drawNote();
    if (this.#view === "log") this.#drawLog();
    else this.#drawRows(this.alarms.list(this.#view === "aside"));
  }

  /** Draw how long alarms have lasted. */
  drawAges(): void {
    for (const row of this.#rows.values()) row.drawAge();
  }

  #changed(): void {
    const now = new Map(this.alarms.list(false).map((one) => [one.key, one]));
    const fresh = this.#known && [...now.values()].find((one) => !this.#known!.has(one.key) && one.state === "unacknowledged");
    if (fresh) byId("alarm-news").textContent = text().newAlarm(words(fresh.title), this.#work.nameOf(fresh));
    this.#known = new Set(now.keys());
    if (this.#view === "log") this.#readLogSoon();
    this.draw();
  }

  #show(view: AlarmView): void {
    this.#view = view;
    this.#most = ROWS_AT_ONCE;
    if (view === "log") this.#readLogSoon();
    this.draw();
  }

  #readLogSoon(): void {
    this.#reading ||= window.setTimeout(() => { this.#reading = 0; void this.#readLog(); }, LOG_SETTLES_MS);
  }

  async #readLog(): Promise<void> {
    this.#log = (await asked<{ log: LogRow[] }>("/api/alarms/log"))?.log ?? null;
    if (this.#view === "log") this.#drawLog(true);
  }

  #drawNote(): void {
    const { followed, since_ms: sinceMs } = this.#followed, note = byId("alarms-note");
    note.hidden = followed === true && !this.#work.isViewer();
    note.classList.toggle("warning", followed === false);
    if (followed === false) note.textContent = text().notFollowed(sinceMs ? momentText(sinceMs, this.#work.nowMs()) : "");
    else note.textContent = followed === null ? text().elsewhereAlarms : text().onlyLook;
    byId("alarm-keys").hidden = this.#view === "log" || this.#work.isViewer() || !this.#rows.size;
  }

  #drawRows(alarms: ShownAlarm[]): void {
    const shown = alarms.slice(0, this.#most), keys = new Set(shown.map((one) => one.key));
    for (const [key, row] of this.#rows) if (!keys.has(key)) { row.element.remove(); this.#rows.delete(key); }
    const order = shown.map((alarm) => {
      const row = this.#rows.get(alarm.key) ?? new AlarmRow(this.#work);
      this.#rows.set(alarm.key, row);
      row.draw(alarm);
      return row.element;
    });
    const focused = document.activeElement as HTMLElement | null;
    if (this.#list.children.length !== order.length || order.some((row, place) => this.#list.children[place] !== row)) {
      this.#list.replaceChildren(...order);
      if (focused && this.#list.contains(focused)) focused.focus({ preventScroll: true });
    }
    if (!order.length) this.#list.replaceChildren(element("li", { class: "none" }, text()[this.#view === "active" ? "none" : "noneSetAside"]));
    this.#more.hidden = alarms.length <= shown.length;
    this.#more.textContent = text().more(alarms.length - shown.length);
    byId("alarm-keys").hidden = this.#work.isViewer() || !order.length;
  }

  #drawLog(isRead = false): void {
    this.#rows.clear();
    this.#more.hidden = byId("alarm-keys").hidden = true;
    if (this.#log === null) this.#list.replaceChildren(...(isRead ? [element("li", { class: "none" }, text().noLog)] : []));
    else if (!this.#log.length) this.#list.replaceChildren(element("li", { class: "none" }, text().noneLogged));
    else this.#list.replaceChildren(...this.#log.map((row) => this.#logItem(row)));
  }

  #logItem(row: LogRow): HTMLElement {
    const detail = words(row.detail), what = detail && ["acknowledged", "shelved", "unshelved"].includes(row.change) ? `“${detail}”` : detail;
    return element("li", { class: `logged ${row.change}` }, element("span", { class: "when" }, momentText(row.at_ms, this.#work.nowMs())),
      element("span", {}, element("b", {}, text().changes[row.change] ?? row.change), row.by ? ` ${text().byWhom(row.by)}` : "", `: ${words(row.title)}, `, element("span", { class: "name" }, this.#work.nameOf(row)),
        ...(what ? [element("small", {}, what)] : [])));
  }

  #key(event: KeyboardEvent): void {
    const step = STEPS.get(event.key), button = (event.target as HTMLElement).closest<HTMLElement>(".summary");
    if (step === undefined || !button) return;
    const all = [...this.#list.querySelectorAll<HTMLElement>(".summary")];
    all[all.indexOf(button) + step]?.focus();
    event.preventDefault();
  }
}

/** Return a text of an alarm in the page's language. */
export const words = (one: AlarmText): string => inLanguage([one.en, one.it]);

/** Draw how many alarms there are of each priority. */
export function drawAlarmFigures(box: HTMLElement, counts: ReturnType<Alarms["counts"]>): void {
  const some = PRIORITIES.filter((priority) => counts.byPriority[priority - 1]);
  box.replaceChildren(...some.map((priority) => element("span", { class: "figure", "data-priority": String(priority) }, priorityMark(priority),
    element("b", {}, String(counts.byPriority[priority - 1])), ` ${text().alarmsOf[priority]}`)), ...(some.length ? [] : [text().none]));
}
