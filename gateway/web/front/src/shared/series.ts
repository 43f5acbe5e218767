// Points of a chart, its time axis, and ages in words. Pure.

export type Point = [tMs: number, value: unknown];

/** The day on which the clocks go forward has 23 hours. */
const SHORTEST_DAY_S = 23 * 3600;

/** Return how old a time is, in words that both languages share. */
export function ageText(tMs: number, nowMs: number): string {
  if (Number.isNaN(tMs)) return "–";
  const seconds = Math.max(0, Math.round((nowMs - tMs) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/**
 * Return points as a chart's times (seconds) and numbers, with an empty point where readings are missing, so that no line is drawn there.
 * `apartS` is the largest distance between points without a gap.
 */
export function seriesOf(points: Point[], apartS: number): [times: number[], numbers: (number | null)[]] {
  const times: number[] = [], numbers: (number | null)[] = [];
  for (const [tMs, value] of points) {
    const number = numberOf(value);
    if (number === null) continue;
    const before = times.at(-1), t = tMs / 1000;
    if (before !== undefined && t - before > apartS) {
      times.push((before + t) / 2);
      numbers.push(null);
    }
    times.push(t);
    numbers.push(number);
  }
  return [times, numbers];
}

/** Return a point of a chart as a number; null if it can't be drawn. */
export function numberOf(value: unknown): number | null {
  if (value === "on" || value === "off") return Number(value === "on");
  return typeof value === "number" || typeof value === "boolean" ? Number(value) : null;
}

/**
 * Return the labels of a time axis: hours and minutes, with the weekday below them at midnight and where another day begins; dates alone if they are
 * days apart.
 * `seconds` are since 1970.
 */
export function axisLabels(seconds: number[], language: string): string[] {
  const days = seconds.map((second) => new Date(second * 1000).toDateString());
  const areDays = seconds.length > 1 && seconds[1]! - seconds[0]! >= SHORTEST_DAY_S;
  return seconds.map((second, place) => {
    const at = new Date(second * 1000);
    if (areDays) return at.toLocaleDateString(language, { day: "numeric", month: "short" });
    const time = at.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const begins = (at.getHours() === 0 && at.getMinutes() === 0) || (place > 0 && days[place] !== days[place - 1]);
    return begins ? `${time}\n${at.toLocaleDateString(language, { weekday: "short" })}` : time;
  });
}
