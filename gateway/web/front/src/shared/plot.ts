// Draws the points of one value over time.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { axisLabels, seriesOf, type Point } from "./series.ts";
import { fieldName, inLanguage, inUnit, locale, shown, unit, yesNo } from "./words.ts";

const HEIGHT = 240;

/** Distances between the marks of the time axis (seconds): times are shown without seconds. */
const STEPS_S = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];
const LABEL_PX = 56;

/** What is drawn: the points of a field in a span that ends at `toS`; no line is drawn between points that are further apart than `apartS`. */
export interface Drawn {
  field: string;
  unit?: string | null | undefined;
  points: Point[];
  apartS: number;
  spanS: number;
  toS: number;
  /** Points of an earlier time, moved to the present one, which are drawn behind. */
  before?: { label: string; points: Point[] } | undefined;
}

const clock = (seconds: number): string => new Date(seconds * 1000).toLocaleTimeString(locale(), { hourCycle: "h23" });

/** Return a field's name with its unit. */
export const fieldLabel = (field: string, code?: string | null): string => (unit(code) ? `${fieldName(field)} (${unit(code)})` : fieldName(field));

export class Plot {
  #box: HTMLElement;
  #plot: uPlot | null = null;
  #onSelect: ((fromS: number, toS: number) => void) | undefined;

  /** `onSelect` is called with the times that a pointer was drawn over. */
  constructor(box: HTMLElement, onSelect?: (fromS: number, toS: number) => void) {
    this.#box = box;
    this.#onSelect = onSelect;
  }

  draw(drawn: Drawn): void {
    const series = (points: Point[]): Series => seriesOf(points.map(([tMs, value]) => [tMs, inUnit(value, drawn.unit)]), drawn.apartS);
    const own = series(drawn.points);
    const data = drawn.before ? (uPlot.join([own, series(drawn.before.points)]) as Joined) : own;
    const label = fieldLabel(drawn.field, drawn.unit);
    this.#box.setAttribute("aria-label", inLanguage([`${label} over time`, `Andamento: ${label}`]));
    this.#box.dataset.points = String(drawn.points.length);
    this.#box.dataset.before = String(drawn.before?.points.length ?? 0);
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(label, drawn, data), data, this.#box);
  }

  resize(): void {
    this.#plot?.setSize({ width: this.#box.clientWidth, height: HEIGHT });
  }

  remove(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #options(label: string, drawn: Drawn, [times, ...all]: Series | Joined): uPlot.Options {
    const style = getComputedStyle(document.documentElement);
    const [ink, rule, accent] = ["--quiet", "--rule", "--accent"].map((name) => style.getPropertyValue(name)) as [string, string, string];
    const axis = { stroke: ink, font: `12px ${style.fontFamily}`, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 } };
    const words = drawn.points.length ? wordsOf(drawn.points) : null;
    const number = (value: number | null | undefined): string =>
      value == null ? "–" : words ? words[value] ?? "" : value.toLocaleString(locale(), { maximumFractionDigits: 3 });
    const last = all[0].findLastIndex((value) => typeof value === "number");
    // Without a cursor there is no index: the legend has the newest value then.
    const time = (index: number | null): string => (last < 0 ? "–" : clock(times[index ?? last]!));
    const paths = words ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {};
    // Two lines have their points at different times: the legend has the point next to the cursor.
    const shownAt = (line: number, index: number | null): string => number(next(all[line]!, index ?? last));
    const select = (plot: uPlot): void => {
      const { left, width } = plot.select;
      if (width > 0) this.#onSelect?.(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
    };
    return {
      cursor: { drag: { x: this.#onSelect !== undefined, y: false, setScale: false } }, hooks: { setSelect: [select] },
      width: this.#box.clientWidth || 400, height: HEIGHT,
      scales: { x: { min: drawn.toS - drawn.spanS, max: drawn.toS }, ...(words ? { y: { range: [-0.1, 1.1] } } : {}) },
      axes: [{ ...axis, space: LABEL_PX, incrs: STEPS_S, values: (_plot, seconds) => axisLabels(seconds, locale()) },
        { ...axis, size: 62, values: (_plot, found) => found.map((value) => number(value)), ...(words ? { splits: [0, 1] } : {}) }],
      series: [{ label: inLanguage(["Time", "Ora"]), value: (_plot, _value, _series, index) => time(index) },
        { label, stroke: accent, width: 1.6, points: { show: drawn.points.length < 60, size: 5 }, ...paths, value: (_plot, _value, _series, index) => shownAt(0, index) },
        ...(drawn.before ? [{ label: drawn.before.label, stroke: ink, width: 1.2, dash: [5, 4], points: { show: false }, ...paths,
          value: (_plot: uPlot, _value: unknown, _series: number, index: number | null) => shownAt(1, index) }] : [])],
    };
  }
}

type Numbers = (number | null | undefined)[];
type Series = ReturnType<typeof seriesOf>;
type Joined = [times: number[], numbers: Numbers, before: Numbers];

const NEXT_MOST = 3;

/** Return the number at an index, or one next to it; null if there is none. */
function next(numbers: Numbers, index: number): number | null {
  for (let away = 0; away <= NEXT_MOST; away += 1) {
    for (const place of [index - away, index + away]) if (typeof numbers[place] === "number") return numbers[place];
  }
  return null;
}

/** Return the words for 0 and 1 of a value that is one of two states; null if it is a number. */
function wordsOf(points: Point[]): string[] | null {
  if (points.some(([, value]) => typeof value === "number")) return null;
  return points.some(([, value]) => typeof value === "string") ? [shown("off"), shown("on")] : [yesNo(false), yesNo(true)];
}
