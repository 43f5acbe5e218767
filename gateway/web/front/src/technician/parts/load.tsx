// The load of a line that is to be expected, beside the present one.
import { say } from "../../shared/say.ts";
import { shown } from "../../shared/words.ts";
import type { LoadForecast } from "../api.ts";
import { Notice } from "./basics.tsx";

const HIGH_PERCENT = 90;

export const Load = ({ forecast: { before, after } }: { forecast: LoadForecast }) => (
  <div>
    <div class="load" role="img" aria-label={say(`Line load ${Math.round(after)} %`, `Carico della linea ${Math.round(after)} %`)}>
      <i class={after > HIGH_PERCENT ? "over" : "after"} style={{ width: `${Math.min(100, after)}%` }} /><i style={{ width: `${Math.min(100, before, after)}%` }} />
    </div>
    <p class="hint number">{say(`The line will be ${shown(Math.round(after))}\u00a0% busy; now ${shown(Math.round(before))}\u00a0%.`, `La linea sarà occupata al ${shown(Math.round(after))}\u00a0%; ora al ${shown(Math.round(before))}\u00a0%.`)}</p>
    {after > HIGH_PERCENT && <Notice tone="bad" title={say("That is too much: choose a longer interval.", "È troppo: scegliere un intervallo più lungo.")} />}
  </div>
);
