// One alarm: a line with what is urgent about it, and below it, once opened, what it means and what can be done.
import { ageText } from "../shared/series.ts";
import { sentence } from "../shared/say.ts";
import { fieldName, inLanguage, kindName } from "../shared/words.ts";
import { type AlarmText, isListed, isWaiting, type ShownAlarm } from "./alarms.ts";
import { element } from "./dom.ts";
import { text } from "./texts.ts";

/** How soon an alarm changes after the centre was asked; later, its role does not run. */
const APPLIED_WITHIN_MS = 6000;

const NAME_KEY = "name-at-alarms";

export type Verb = "ack" | "shelve" | "unshelve";

/** What is done with an alarm. */
export interface Deed {
  verb: Verb;
  comment: string;
  by?: string;
  for_s?: number;
}

/** What the rows need from the page. */
export interface AlarmWork {
  nowMs(): number;
  isViewer(): boolean;
  /** Whether a person has to type a name, because nobody logs in. */
  isNameless(): boolean;
  /** Return what people call the asset, gateway or worker of an alarm. */
  nameOf(of: { operator: string; asset: string }): string;
  /** Return in words which alarm hides another one, from its kind and asset. */
  causeOf(hiddenBy: string): string;
  meaningOf(kind: string): AlarmText | undefined;
  momentText(ms: number): string;
  /** Return what shows the subject of an alarm, if the page has it, and the words for that. */
  linkOf(alarm: ShownAlarm): { label: string; show: () => void } | null;
  /** Ask the centre; return what is wrong with that, "" if nothing is. */
  act(alarm: ShownAlarm, deed: Deed): Promise<string>;
}

/** Return the mark of a priority: each has a shape of its own. */
export const priorityMark = (priority: number): HTMLElement =>
  element("i", { class: `priority p${priority}`, role: "img", "aria-label": (text().priorities as Record<number, string>)[priority] ?? String(priority) });

/** Return the part of an asset in words: a measurement, a device, and a field or the values of tags. */
function partText(part: string): string {
  const [measurement, device, ...rest] = part.split(" ");
  return [kindName(measurement!), device, ...rest.map((one) => (one.includes("=") ? one : fieldName(one)))].filter(Boolean).join(", ");
}

let made = 0;

export class AlarmRow {
  readonly element = element("li");
  #work: AlarmWork;
  #alarm!: ShownAlarm;
  #summary: HTMLButtonElement;
  #facts = element("div", { class: "facts" });
  #form: HTMLFormElement;
  #comment = element("input", { maxlength: "200", autocomplete: "off" });
  #by = element("input", { maxlength: "64", autocomplete: "name" });
  #until = element("select");
  #said = element("p", { class: "note", role: "status" });
  #details: HTMLElement;
  #drawn = "";
  #timer = 0;

  constructor(work: AlarmWork) {
    this.#work = work;
    const id = `alarm-${(made += 1)}`;
    this.#summary = element("button", { type: "button", class: "summary", "aria-expanded": "false", "aria-controls": id, onclick: () => this.#open(this.#details.hidden === true),
      onkeydown: (event: KeyboardEvent) => this.#key(event) });
    this.#by.value = localStorage.getItem(NAME_KEY) ?? "";
    this.#form = element("form", { onsubmit: (event: SubmitEvent) => event.preventDefault() });
    this.#details = element("div", { id, class: "details" }, this.#facts, this.#form, this.#said);
    this.#details.hidden = true;
    this.element.append(this.#summary, this.#details);
  }

  /** Draw an alarm; what a person is typing stays. */
  draw(alarm: ShownAlarm): void {
    this.#alarm = alarm;
    const now = JSON.stringify([alarm, document.documentElement.lang, this.#work.isViewer(), this.#work.nameOf(alarm)]);
    if (now === this.#drawn) return;
    this.#drawn = now;
    clearTimeout(this.#timer);
    this.#said.textContent = "";
    this.element.className = `alarm p${alarm.priority} ${alarm.state}${isListed(alarm) ? "" : " aside"}`;
    this.element.dataset.asset = alarm.asset;
    this.element.dataset.kind = alarm.kind;
    this.#summary.replaceChildren(priorityMark(alarm.priority),
      element("span", { class: "what" }, element("b", {}, inLanguage([alarm.title.en, alarm.title.it])), " ", element("span", { class: "name" }, this.#work.nameOf(alarm))),
      element("span", { class: "when" }), element("span", { class: "state" }, this.#stateText()));
    this.drawAge();
    this.#drawFacts();
    this.#drawForm();
  }

  drawAge(): void {
    const age = `${this.#work.momentText(this.#alarm.sinceMs)} · ${ageText(this.#alarm.sinceMs, this.#work.nowMs())}`, cell = this.#summary.querySelector(".when");
    if (cell && cell.textContent !== age) cell.textContent = age;
  }

  #stateText(): string {
    const alarm = this.#alarm, parts = [alarm.acknowledged_by && alarm.state === "acknowledged" ? text().acknowledgedBy(alarm.acknowledged_by) : text().alarmStates[alarm.state]];
    if (alarm.shelved_until) parts.push(text().shelvedUntil(this.#work.momentText(Date.parse(alarm.shelved_until)), alarm.shelved_by ?? ""));
    if (alarm.hidden_by) parts.push(text().hiddenBy(this.#work.causeOf(alarm.hidden_by)));
    if (alarm.suppressed_by) parts.push(text().suppressedBy(alarm.suppressed_by, this.#work.momentText(Date.parse(alarm.suppressed_until ?? ""))));
    return parts.join(", ");
  }

  #drawFacts(): void {
    const alarm = this.#alarm, meaning = this.#work.meaningOf(alarm.kind), link = this.#work.linkOf(alarm);
    const facts: [string, string | undefined][] = [[text().actFirst, sentence(alarm.action)], [text().meaning, meaning && sentence(meaning)],
      [text().measured, alarm.detail && inLanguage([alarm.detail, alarm.detail_it || alarm.detail])], [text().part, alarm.part && partText(alarm.part)], [text().comment, alarm.comment && `“${alarm.comment}”`]];
    this.#facts.replaceChildren(
      element("dl", {}, ...facts.filter(([, words]) => words).map(([name, words]) => element("div", {}, element("dt", {}, name), element("dd", {}, words!)))),
      ...(link ? [element("button", { type: "button", class: "link-button", onclick: link.show }, link.label)] : []));
  }

  #drawForm(): void {
    this.#form.hidden = this.#work.isViewer();
    if (this.#form.hidden) return;
    const alarm = this.#alarm, labelled = (label: string, input: HTMLElement): HTMLElement => element("label", {}, element("span", {}, label), input);
    const chosen = this.#until.value || "14400", focused = document.activeElement as HTMLElement | null;
    this.#until.replaceChildren(...Object.entries(text().shelfTimes).map(([seconds, words]) => element("option", { value: seconds }, words)));
    this.#until.value = chosen;
    const button = (verb: Verb, words: string, isMain = false): HTMLElement =>
      element("button", { type: "button", "data-verb": verb, class: isMain ? "main" : "", onclick: () => void this.#act(verb) }, words);
    const shelving = alarm.shelved_until ? [button("unshelve", text().unshelve)] : [labelled(text().shelveFor, this.#until), button("shelve", text().shelve)];
    this.#form.replaceChildren(...(this.#work.isNameless() ? [labelled(text().by, this.#by)] : []), labelled(text().comment, this.#comment),
      element("div", { class: "deeds" }, ...(isWaiting(alarm) ? [button("ack", text().acknowledge, true)] : []), ...shelving));
    if (focused && this.#form.contains(focused)) focused.focus({ preventScroll: true });
  }

  #open(isOpen: boolean): void {
    this.#details.hidden = !isOpen;
    this.#summary.setAttribute("aria-expanded", String(isOpen));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#form.hidden) return;
    const verb = ({ a: "ack", s: "shelve" } as Record<string, Verb>)[event.key.toLowerCase()];
    if (!verb) return;
    this.#open(true);
    (this.#work.isNameless() && !this.#by.value ? this.#by : this.#form.querySelector<HTMLElement>(`[data-verb=${verb}]`) ?? this.#comment).focus();
    event.preventDefault();
  }

  async #act(verb: Verb): Promise<void> {
    const deed: Deed = { verb, comment: this.#comment.value.trim() };
    if (verb === "shelve") deed.for_s = Number(this.#until.value);
    if (this.#work.isNameless()) {
      deed.by = this.#by.value.trim();
      localStorage.setItem(NAME_KEY, deed.by);
    }
    this.#said.textContent = text().asked;
    const problem = await this.#work.act(this.#alarm, deed);
    this.#said.textContent = problem || text().asked;
    if (problem) return;
    this.#comment.value = "";
    this.#timer = window.setTimeout(() => { this.#said.textContent = text().notApplied; }, APPLIED_WITHIN_MS);
  }
}
