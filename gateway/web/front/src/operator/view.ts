// The span of time that a chart shows. Pure: spans in, spans out.

/** A span of `spanS` seconds; it ends at `endS` (seconds since 1970), or follows the present if that is null. */
export interface View {
  spanS: number;
  endS: number | null;
}

const SHORTEST_S = 60, LONGEST_S = 62 * 86_400, DAY_S = 86_400, WEEK_S = 7 * DAY_S;

const bounded = (spanS: number): number => Math.min(LONGEST_S, Math.max(SHORTEST_S, spanS));

/** Return a view that ends at a time; one that would reach the present follows it. */
const ending = (spanS: number, endS: number, nowS: number): View => ({ spanS, endS: endS >= nowS ? null : endS });

export const endOf = (view: View, nowS: number): number => view.endS ?? nowS;

/** Return the view between two times, which is at least a minute long. */
export function between(fromS: number, toS: number, nowS: number): View {
  const spanS = bounded(toS - fromS);
  return ending(spanS, Math.max(toS, fromS + spanS), nowS);
}

/** Return a view whose span is `factor` times as long; what follows the present goes on doing so, the middle of others stays. */
export function scaled(view: View, factor: number, nowS: number): View {
  const spanS = bounded(view.spanS * factor);
  return view.endS === null ? { spanS, endS: null } : ending(spanS, view.endS + (spanS - view.spanS) / 2, nowS);
}

/** Return a view moved by a share of its span; negative shares lead to the past. */
export const moved = (view: View, share: number, nowS: number): View => ending(view.spanS, endOf(view, nowS) + share * view.spanS, nowS);

/** What a view is compared with: the day before, the week before if it is longer than a day, nothing if it is longer than a week. */
export const comparedWith = (view: View): "day" | "week" | null => (view.spanS <= DAY_S ? "day" : view.spanS <= WEEK_S ? "week" : null);

/** Return how many seconds before `endS` the same hour of the day or week before was; a day has 23 or 25 hours when the clocks change. */
export function secondsBefore(which: "day" | "week", endS: number): number {
  const before = new Date(endS * 1000);
  before.setDate(before.getDate() - (which === "day" ? 1 : 7));
  return endS - before.getTime() / 1000;
}
