// What the page knows of the centre's alarms, in the words of ISA-18.2. Pure: messages in, lists and counts out.

/** A text of an alarm in English and Italian. */
export interface AlarmText {
  en: string;
  it: string;
}

/** An alarm as the centre publishes it. Priority 1 is critical, 4 low; `returned`: its condition is over, and nobody has acknowledged it. */
export interface AlarmEntry {
  kind: string;
  priority: number;
  state: "unacknowledged" | "acknowledged" | "returned";
  since: string;
  title: AlarmText;
  action: AlarmText;
  part?: string;
  detail?: string;
  detail_it?: string;
  acknowledged_by?: string;
  acknowledged_at?: string;
  shelved_until?: string;
  shelved_by?: string;
  hidden_by?: string;
  suppressed_by?: string;
  suppressed_until?: string;
  comment?: string;
}

/** All alarms of an asset, a gateway or a worker of the centre. */
export interface SubjectAlarms {
  operator: string;
  asset: string;
  alarms: AlarmEntry[];
}

export interface ShownAlarm extends AlarmEntry {
  key: string;
  operator: string;
  asset: string;
  sinceMs: number;
}

/** What happened to an alarm. */
export interface LogRow {
  at_ms: number;
  operator: string;
  asset: string;
  kind: string;
  part: string;
  change: string;
  by: string | null;
  detail: AlarmText;
  title: AlarmText;
}

export const LOW = 4;
export const PRIORITIES = [1, 2, 3, LOW] as const;

/** Return whether an alarm is in the list of those that need attention: neither shelved, nor explained by another one or by works. */
export const isListed = (alarm: AlarmEntry): boolean => alarm.shelved_until === undefined && alarm.hidden_by === undefined && alarm.suppressed_by === undefined;

/** Return whether somebody has to acknowledge an alarm. */
export const isWaiting = (alarm: AlarmEntry): boolean => alarm.state !== "acknowledged";

/** Order alarms: the most urgent first, of those the ones that wait for somebody, of those the newest. */
export const byUrgency = (a: ShownAlarm, b: ShownAlarm): number =>
  a.priority - b.priority || Number(isWaiting(b)) - Number(isWaiting(a)) || b.sinceMs - a.sinceMs || (a.key < b.key ? -1 : 1);

/** The alarms by operator and asset. */
export class Alarms {
  #subjects = new Map<string, ShownAlarm[]>();

  /** Forget all alarms, and accept those that there are. */
  replace(subjects: SubjectAlarms[]): void {
    this.#subjects.clear();
    this.update(subjects);
  }

  /** Accept the alarms of some subjects; one without alarms has none any more. */
  update(subjects: SubjectAlarms[]): void {
    for (const { operator, asset, alarms } of subjects) {
      const shown = alarms.map((one) => ({ ...one, operator, asset, key: [operator, asset, one.kind, one.part ?? ""].join("\n"), sinceMs: Date.parse(one.since) }));
      if (shown.length) this.#subjects.set(`${operator}/${asset}`, shown);
      else this.#subjects.delete(`${operator}/${asset}`);
    }
  }

  /** Return the alarms that need attention, or those that are set aside (shelved, or explained by another one or by works), the most urgent first. */
  list(isSetAside: boolean): ShownAlarm[] {
    return [...this.#subjects.values()].flat().filter((one) => isListed(one) !== isSetAside).sort(byUrgency);
  }

  /** Return the most urgent alarm of an asset that is active and needs attention, if there is one. */
  worst(operator: string, asset: string): ShownAlarm | undefined {
    return this.#subjects.get(`${operator}/${asset}`)?.filter((one) => isListed(one) && one.state !== "returned").sort(byUrgency)[0];
  }

  /** Return how many alarms of an asset need attention. */
  count(operator: string, asset: string): number {
    return this.#subjects.get(`${operator}/${asset}`)?.filter(isListed).length ?? 0;
  }

  /** Return how many alarms need attention by priority, how many of all wait for somebody, and how many are set aside. */
  counts(): { byPriority: number[]; waiting: number; listed: number; setAside: number } {
    const all = [...this.#subjects.values()].flat(), listed = all.filter(isListed);
    return { byPriority: PRIORITIES.map((priority) => listed.filter((one) => one.priority === priority).length),
      waiting: listed.filter(isWaiting).length, listed: listed.length, setAside: all.length - listed.length };
  }
}
