// The last day of a value, read from the gateway's journal.
import { useEffect, useRef } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { Point } from "../../shared/series.ts";
import type { Plot } from "../../shared/plot.ts";
import { locale } from "../../shared/words.ts";

export interface Charted {
  field: string;
  unit: string | null;
  points: Point[];
  apartS: number;
  spanS: number;
  toS: number;
}

export function Chart({ charted }: { charted: Charted | null }) {
  const box = useRef<HTMLDivElement>(null), plot = useRef<Plot | null>(null);
  useEffect(() => {
    if (!charted) return undefined;
    let ended = false;
    const draw = (): void => { if (!ended && plot.current) plot.current.draw(charted); };
    import("../../shared/plot.ts").then(({ Plot }) => {
      if (box.current) plot.current ??= new Plot(box.current);
      draw();
    }).catch(() => undefined);
    const colours = matchMedia("(prefers-color-scheme: dark)");
    colours.addEventListener("change", draw);
    return () => { ended = true; colours.removeEventListener("change", draw); };
  }, [charted, locale()]);
  useEffect(() => {
    const watch = new ResizeObserver(() => plot.current?.resize());
    if (box.current) watch.observe(box.current);
    return () => { watch.disconnect(); plot.current?.remove(); };
  }, []);
  return <div class="chart" ref={box} role="img" aria-label={say("Chart", "Grafico")} />;
}
