// Draws the points of one value over time.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { axisLabels, seriesOf, type Point } from "./series.ts";
import { fieldName, inLanguage, inUnit, locale, shown, unit, yesNo } from "./words.ts";

const HEIGHT = 240;

/** Distances between the marks of the time axis (seconds): times are shown without seconds. */
const STEPS_S = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
const LABEL_PX = 56;

/** What is drawn: the points of a field in a span that ends at `toS`; no line is drawn between points that are further apart than `apartS`. */
export interface Drawn {
  field: string;
  unit?: string | null | undefined;
  points: Point[];
  apartS: number;
  spanS: number;
  toS: number;
}

const clock = (seconds: number): string => new Date(seconds * 1000).toLocaleTimeString(locale(), { hourCycle: "h23" });

/** Return a field's name with its unit. */
export const fieldLabel = (field: string, code?: string | null): string => (unit(code) ? `${fieldName(field)} (${unit(code)})` : fieldName(field));

export class Plot {
  #box: HTMLElement;
  #plot: uPlot | null = null;

  constructor(box: HTMLElement) {
    this.#box = box;
  }

  draw(drawn: Drawn): void {
    const data = seriesOf(drawn.points.map(([tMs, value]) => [tMs, inUnit(value, drawn.unit)]), drawn.apartS);
    const label = fieldLabel(drawn.field, drawn.unit);
    this.#box.setAttribute("aria-label", inLanguage([`${label} over time`, `Andamento: ${label}`]));
    this.#box.dataset.points = String(drawn.points.length);
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

  #options(label: string, drawn: Drawn, data: ReturnType<typeof seriesOf>): uPlot.Options {
    const style = getComputedStyle(document.documentElement);
    const [ink, rule, accent] = ["--quiet", "--rule", "--accent"].map((name) => style.getPropertyValue(name)) as [string, string, string];
    const axis = { stroke: ink, font: `12px ${style.fontFamily}`, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 } };
    const words = drawn.points.length ? wordsOf(drawn.points) : null;
    const number = (value: number | null | undefined): string =>
      value == null ? "–" : words ? words[value] ?? "" : value.toLocaleString(locale(), { maximumFractionDigits: 3 });
    const [times, numbers] = data;
    const last = numbers.findLastIndex((value) => value !== null);
    // Without a cursor there is no index: the legend has the newest value then.
    const time = (index: number | null): string => (last < 0 ? "–" : clock(times[index ?? last]!));
    return {
      width: this.#box.clientWidth || 400, height: HEIGHT,
      scales: { x: { min: drawn.toS - drawn.spanS, max: drawn.toS }, ...(words ? { y: { range: [-0.1, 1.1] } } : {}) },
      axes: [{ ...axis, space: LABEL_PX, incrs: STEPS_S, values: (_plot, seconds) => axisLabels(seconds, locale()) },
        { ...axis, size: 62, values: (_plot, found) => found.map((value) => number(value)), ...(words ? { splits: [0, 1] } : {}) }],
      series: [{ label: inLanguage(["Time", "Ora"]), value: (_plot, _value, _series, index) => time(index) },
        { label, stroke: accent, width: 1.6, points: { show: drawn.points.length < 60, size: 5 }, ...(words ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
          value: (_plot, _value, _series, index) => number(numbers[index ?? last]) }],
    };
  }
}

/** Return the words for 0 and 1 of a value that is one of two states; null if it is a number. */
function wordsOf(points: Point[]): string[] | null {
  if (points.some(([, value]) => typeof value === "number")) return null;
  return points.some(([, value]) => typeof value === "string") ? [shown("off"), shown("on")] : [yesNo(false), yesNo(true)];
}
