// One value of an asset over time, read from the store, beside the day or week before.
import { Plot } from "../shared/plot.ts";
import type { Point } from "../shared/series.ts";
import { asked } from "./asked.ts";
import type { Asset, NamedValue } from "./assets.ts";
import { text } from "./texts.ts";
import { type View, comparedWith, endOf, secondsBefore } from "./view.ts";

/** The server thins out longer series to about so many points. */
const POINTS_MOST = 1500;

/** No line is drawn where so many readings in a row are missing. */
const GAP_INTERVALS = 3.5;

export class Chart {
  #plot: Plot;
  #box: HTMLElement;
  #missing: HTMLElement;
  #asked = 0;

  /** Draw in a box; `missing` is shown when the store does not answer, `onSelect` is called with the times that the pointer was drawn over. */
  constructor(box: HTMLElement, missing: HTMLElement, onSelect: (fromS: number, toS: number) => void) {
    this.#box = box;
    this.#missing = missing;
    this.#plot = new Plot(box, onSelect);
  }

  /** Read and draw one value of an asset; a later call overtakes an earlier one. */
  async draw(asset: Asset, one: NamedValue, view: View, isCompared: boolean, nowMs: number): Promise<void> {
    const mine = ++this.#asked;
    const toS = endOf(view, nowMs / 1000), which = isCompared ? comparedWith(view) : null;
    const agoS = which ? secondsBefore(which, toS) : 0;
    const points = (endS: number): Promise<Point[] | null> => this.#points(asset, one, endS - view.spanS, endS);
    const [answer, earlier] = await Promise.all([points(toS), which ? points(toS - agoS) : null]);
    if (mine !== this.#asked) return;
    this.#missing.hidden = answer !== null;
    this.#box.hidden = answer === null;
    if (!answer) return;
    const apartS = Math.max(GAP_INTERVALS * one.reading.every_s, (GAP_INTERVALS * view.spanS) / POINTS_MOST);
    const before = which && earlier ? { label: text().before[which], points: earlier.map(([tMs, value]): Point => [tMs + agoS * 1000, value]) } : undefined;
    this.#plot.draw({ field: one.name, unit: one.unit, points: answer, apartS, spanS: view.spanS, toS, before });
  }

  async #points(asset: Asset, one: NamedValue, fromS: number, toS: number): Promise<Point[] | null> {
    const query = new URLSearchParams({ asset: asset.asset, measurement: asset.measurement, field: one.name, device: one.reading.device,
      from: String(Math.round(fromS * 1000)), to: String(Math.round(toS * 1000)) });
    return (await asked<{ points: Point[] }>(`/api/points?${query}`))?.points ?? null;
  }

  resize(): void {
    this.#plot.resize();
  }
}
