// One value of an asset over time, read from the store.
import { Plot } from "../shared/plot.ts";
import type { Point } from "../shared/series.ts";
import { asked } from "./asked.ts";
import type { Asset, NamedValue } from "./assets.ts";

/** The server thins out longer series to about so many points. */
const POINTS_MOST = 1500;

/** No line is drawn where so many readings in a row are missing. */
const GAP_INTERVALS = 3.5;

export class Chart {
  #plot: Plot;
  #box: HTMLElement;
  #missing: HTMLElement;
  #asked = 0;

  /** Draw in a box; `missing` is shown when the store does not answer. */
  constructor(box: HTMLElement, missing: HTMLElement) {
    this.#box = box;
    this.#missing = missing;
    this.#plot = new Plot(box);
  }

  /** Read and draw the last `spanS` seconds of one value of an asset; a later call overtakes an earlier one. */
  async draw(asset: Asset, one: NamedValue, spanS: number, nowMs: number): Promise<void> {
    const mine = ++this.#asked;
    const query = new URLSearchParams({ asset: asset.asset, measurement: asset.measurement, field: one.name, device: one.reading.device,
      from: String(Math.round(nowMs - spanS * 1000)), to: String(Math.round(nowMs)) });
    const answer = await asked<{ points: Point[] }>(`/api/points?${query}`);
    if (mine !== this.#asked) return;
    this.#missing.hidden = answer !== null;
    this.#box.hidden = answer === null;
    const apartS = Math.max(GAP_INTERVALS * one.reading.every_s, (GAP_INTERVALS * spanS) / POINTS_MOST);
    if (answer) this.#plot.draw({ field: one.name, unit: one.unit, points: answer.points, apartS, spanS, toS: nowMs / 1000 });
  }

  resize(): void {
    this.#plot.resize();
  }
}
