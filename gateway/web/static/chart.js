// One value over time, read from the store.
import { axisLabels, seriesOf } from "./assets.js";
import { fieldName, inUnit, locale, text, unit } from "./texts.js";

const HEIGHT = 240;

/** Distances between the marks of the time axis (seconds): times are shown without seconds. */
const STEPS_S = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
const LABEL_PX = 56;

/** The server thins out longer series to about so many points. */
const POINTS_MOST = 1500;

/** No line is drawn where so many readings in a row are missing. */
const GAP_INTERVALS = 3.5;

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString(locale(), { hourCycle: "h23" });

export class Chart {
  #box;
  #missing;
  #plot = null;
  #asked = 0;

  /** @param {HTMLElement} box where to draw @param {HTMLElement} missing shown when the store does not answer */
  constructor(box, missing) {
    this.#box = box;
    this.#missing = missing;
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
    if (answer.ok) this.#show(one, points, spanS, nowMs / 1000);
  }

  resize() {
    this.#plot?.setSize({ width: this.#box.clientWidth, height: HEIGHT });
  }

  #show(one, points, spanS, toS) {
    const data = seriesOf(points.map(([tMs, value]) => [tMs, inUnit(value, one.unit)]), Math.max(GAP_INTERVALS * one.reading.every_s, (GAP_INTERVALS * spanS) / POINTS_MOST));
    const label = unit(one.unit) ? `${fieldName(one.name)} (${unit(one.unit)})` : fieldName(one.name);
    this.#box.setAttribute("aria-label", text().chart(label));
    this.#box.dataset.points = points.length;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(label, points, data, spanS, toS), data, this.#box);
  }

  #options(label, points, data, spanS, toS) {
    const style = getComputedStyle(document.documentElement);
    const [ink, rule, accent] = ["--quiet", "--rule", "--accent"].map((name) => style.getPropertyValue(name));
    const axis = { stroke: ink, font: `12px ${style.fontFamily}`, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 } };
    const words = points.length ? wordsOf(points) : null;
    const paths = words ? uPlot.paths.stepped({ align: 1 }) : undefined;
    const number = (value) => (value == null ? "–" : words ? words[value] : value.toLocaleString(locale(), { maximumFractionDigits: 3 }));
    const last = data[1].findLastIndex((value) => value !== null);
    // Without a cursor there is no index: the legend has the newest value then.
    const at = (place, index) => data[place][index ?? last];
    return {
      width: this.#box.clientWidth || 400, height: HEIGHT, scales: { x: { min: toS - spanS, max: toS }, ...(words ? { y: { range: [-0.1, 1.1] } } : {}) },
      axes: [{ ...axis, space: LABEL_PX, incrs: STEPS_S, values: (_plot, seconds) => axisLabels(seconds, locale()) },
        { ...axis, size: 62, values: (_plot, found) => found.map((value) => number(value)), ...(words ? { splits: [0, 1] } : {}) }],
      series: [{ label: text().time, value: (_plot, _value, _series, index) => (last < 0 ? "–" : clock(at(0, index))) },
        { label, stroke: accent, width: 1.6, points: { show: points.length < 60, size: 5 }, paths, value: (_plot, _value, _series, index) => number(at(1, index)) }],
    };
  }
}

/** Return the words for 0 and 1 of a value that is one of two states; null if it is a number. */
function wordsOf(points) {
  if (points.some(([, value]) => typeof value === "number")) return null;
  return points.some(([, value]) => typeof value === "string") ? [text().states.off, text().states.lit] : [text().no, text().yes];
}
