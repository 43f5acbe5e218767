// Completeness on the page: a strip of hours for every gateway, or for every device of one, and the recorded gaps.
import { locale } from "../shared/words.ts";
import { asked } from "./asked.ts";
import { type Completeness, type CompletenessRow, dayBegins, type Gap, runsOf, shareOf, COMPLETE } from "./completeness.ts";
import { byId, choiceButtons, element } from "./dom.ts";
import { text } from "./texts.ts";

const REFRESH_MS = 120_000;
const HOUR_MS = 3_600_000;
const ROWS_AT_ONCE = 40;
const SVG = "http://www.w3.org/2000/svg";

/** The height of a strip, in its own units; the width is one for each hour. */
const HIGH = 20;

/** An hour that is not complete is at most so high: a few missing readings can be seen. */
const MOST_OF_SOME = 0.8;

interface Chosen {
  operator: string;
  gateway: string;
}

export class CompletenessPart {
  #section = byId("completeness-part");
  #body = byId<HTMLTableElement>("completeness").tBodies[0]!;
  #days = "3";
  #chosen: Chosen | null = null;
  #found: Completeness | null = null;
  #most = ROWS_AT_ONCE;
  #asked = 0;
  #isSeen = false;

  constructor() {
    byId("completeness-more").addEventListener("click", () => { this.#most += ROWS_AT_ONCE; this.draw(); });
    byId("completeness-back").addEventListener("click", () => this.#look(null));
    new IntersectionObserver(([seen]) => {
      this.#isSeen = seen!.isIntersecting;
      if (this.#isSeen && !this.#found) void this.#read();
    }).observe(this.#section);
    setInterval(() => { if (this.#isSeen) void this.#read(); }, REFRESH_MS);
  }

  draw(): void {
    byId("completeness-days").replaceChildren(...choiceButtons(Object.entries(text().completenessDays), this.#days, (days) => { this.#days = days; void this.#read(); this.draw(); }));
    byId("completeness-back").hidden = this.#chosen === null;
    byId("completeness-title").textContent = text().completeness + (this.#chosen ? `: ${this.#chosen.gateway}` : "");
    const found = this.#found;
    if (!found) return;
    const hours = 24 * Number(this.#days), shown = found.rows.slice(0, this.#most);
    byId("completeness-name").textContent = this.#chosen ? text().device : text().gateway;
    byId("completeness-hours").replaceChildren(axis(found.from_ms, hours));
    this.#body.replaceChildren(...shown.map((row) => this.#row(row, found.from_ms)));
    byId<HTMLTableElement>("completeness").hidden = !found.rows.length;
    byId("completeness-none").hidden = found.rows.length > 0;
    byId("completeness-more").hidden = found.rows.length <= shown.length;
    byId("completeness-more").textContent = text().more(found.rows.length - shown.length);
    this.#drawGaps(found.gaps);
  }

  #look(chosen: Chosen | null): void {
    this.#chosen = chosen;
    this.#most = ROWS_AT_ONCE;
    void this.#read();
  }

  async #read(): Promise<void> {
    const mine = ++this.#asked, query = new URLSearchParams({ days: this.#days, ...(this.#chosen ?? {}) });
    const answer = await asked<Completeness>(`/api/completeness?${query}`);
    if (mine !== this.#asked) return;
    byId("completeness-missing").hidden = answer !== null;
    if (answer) this.#found = answer;
    this.draw();
  }

  #row(row: CompletenessRow, fromMs: number): HTMLElement {
    const without = row.hours.filter((hour) => hour === null).length, share = (shareOf(row.expected, row.read) * (row.hours.length - without)) / row.hours.length;
    const look = share >= COMPLETE ? "good" : without ? "missing" : "silent";
    const causes = Object.entries(row.causes).map(([cause, count]) => `${count.toLocaleString(locale())} ${(text().causeNames as Record<string, string>)[cause] ?? cause}`);
    if (without) causes.push(text().hoursWithout(without));
    const name = this.#chosen ? row.name : element("button", { type: "button", onclick: () => this.#look({ operator: row.operator, gateway: row.name }) }, row.name);
    return element("tr", { "data-row": row.name }, element("td", {}, name, " ", element("small", {}, this.#chosen ? "" : row.operator)),
      element("td", { class: "hours" }, strip(row, share, fromMs)),
      element("td", { class: `number state ${look}` }, percent(share)), element("td", { class: "causes" }, element("small", {}, causes.join(", "))));
  }

  #drawGaps(gaps: Gap[]): void {
    byId<HTMLTableElement>("gaps").hidden = !gaps.length;
    byId("gaps-none").hidden = gaps.length > 0;
    byId<HTMLTableElement>("gaps").tBodies[0]!.replaceChildren(...gaps.map((gap) => element("tr", {}, element("td", {}, gap.gateway, " ", element("small", {}, gap.operator)),
      element("td", {}, gap.from_ms === undefined || gap.to_ms === undefined ? moment(gap.reported_ms) : `${moment(gap.from_ms)} – ${moment(gap.to_ms)}`),
      element("td", { class: "number" }, gap.readings === undefined ? text().unknown : gap.readings.toLocaleString(locale())), element("td", {}, gap.reason))));
  }
}

const moment = (ms: number): string => new Date(ms).toLocaleString(locale(), { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Return a share in percent, rounded down: 99.99 % is not complete. */
const percent = (share: number): string => `${(Math.floor(share * 1000) / 10).toLocaleString(locale())} %`;

/** Return the hours of a row: the height is the share that came, so that nothing depends on colours. */
function strip(row: CompletenessRow, share: number, fromMs: number): SVGElement {
  const all = drawing("svg", { viewBox: `0 0 ${row.hours.length} ${HIGH}`, preserveAspectRatio: "none", class: "strip", "shape-rendering": "crispEdges", role: "img", "aria-label": `${row.name}: ${percent(share)}` });
  for (const { from, length, share: came } of runsOf(row.hours)) {
    const high = came === null || came === 1 ? HIGH : HIGH * Math.min(MOST_OF_SOME, came), look = came === null ? "none" : came === 1 ? "complete" : "some";
    if (look !== "complete") all.append(drawing("rect", { class: look === "none" ? "none" : "lost", x: from, y: 0, width: length, height: HIGH }));
    if (look !== "none") all.append(drawing("rect", { class: look, x: from, y: HIGH - high, width: length, height: high }));
  }
  const title = drawing("title", {});
  all.append(title);
  all.addEventListener("pointermove", (event) => {
    const box = all.getBoundingClientRect(), place = Math.min(row.hours.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * row.hours.length)));
    const hour = row.hours[place], time = moment(fromMs + place * HOUR_MS);
    title.textContent = hour ? text().hourCounts(time, hour[1], hour[0]) : text().hourWithout(time);
  });
  return all;
}

/** Return the names of the days above the strips. */
function axis(fromMs: number, hours: number): HTMLElement {
  return element("div", { class: "days" }, ...dayBegins(fromMs, hours).map((place) => {
    const day = element("span", {}, new Date(fromMs + place * HOUR_MS).toLocaleDateString(locale(), { weekday: "short", day: "numeric" }));
    day.style.left = `${(100 * place) / hours}%`;
    return day;
  }));
}

function drawing<Tag extends keyof SVGElementTagNameMap>(tag: Tag, attributes: Record<string, string | number>): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
