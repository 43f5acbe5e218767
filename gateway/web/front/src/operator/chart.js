// One value of an asset over time, read from the store.
import { Plot } from "../shared/plot.ts";

/** The server thins out longer series to about so many points. */
const POINTS_MOST = 1500;

/** No line is drawn where so many readings in a row are missing. */
const GAP_INTERVALS = 3.5;

export class Chart {
  #plot;
  #box;
  #missing;
  #asked = 0;

  /** @param {HTMLElement} box where to draw @param {HTMLElement} missing shown when the store does not answer */
  constructor(box, missing) {
    this.#box = box;
    this.#missing = missing;
    this.#plot = new Plot(box);
  }

  /** Read and draw the last `spanS` seconds of one value of an asset; a later call overtakes an earlier one. */
  async draw(asset, one, spanS, nowMs) {
    const mine = ++this.#asked;
    const query = new URLSearchParams({ asset: asset.asset, measurement: asset.measurement, field: one.name, device: one.reading.device,
      from: Math.round(nowMs - spanS * 1000), to: Math.round(nowMs) });
    const answer = await fetch(`/api/points?${query}`).catch(() => ({ ok: false }));
    const points = answer.ok ? (await answer.json()).points : [];
    if (mine !== this.#asked) return;
    this.#missing.hidden = answer.ok;
    this.#box.hidden = !answer.ok;
    const apartS = Math.max(GAP_INTERVALS * one.reading.every_s, (GAP_INTERVALS * spanS) / POINTS_MOST);
    if (answer.ok) this.#plot.draw({ field: one.name, unit: one.unit, points, apartS, spanS, toS: nowMs / 1000 });
  }

  resize() {
    this.#plot.resize();
  }
}
