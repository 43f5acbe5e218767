// The bar above the tabs while changes are on trial: it counts down, and keeps or undoes them.
import { say } from "../../shared/say.ts";
import { forgetAdded } from "../added.ts";
import { post } from "../client.ts";
import { useConfig } from "../config.ts";
import { countdown } from "../model/difference.ts";
import { useMayChange } from "../session.ts";
import { Problem, WorkButton } from "./basics.tsx";
import { useNow, useWork } from "./hooks.ts";

export function TrialBar() {
  const { config, untilMs, refresh } = useConfig();
  const nowMs = useNow();
  const mayChange = useMayChange();
  const keep = useWork(async () => { await post("/api/config/confirm"); refresh(); });
  const undo = useWork(async () => { await post("/api/config/undo"); forgetAdded(); refresh(); });
  if (!config?.trial) return null;
  return (
    <aside class="trial" aria-label={say("Trial", "Prova")}>
      <div>
        <p>{say("On trial; undone in ", "In prova; si annulla tra ")}<span class="number">{countdown(untilMs, nowMs)}</span></p>
        {mayChange && <WorkButton class="danger" busy={undo.busy} disabled={keep.busy} onClick={undo.run}>{say("Undo", "Annulla")}</WorkButton>}
        {mayChange && <WorkButton class="primary" busy={keep.busy} disabled={undo.busy} onClick={keep.run}>{say("Keep", "Conferma")}</WorkButton>}
        <Problem text={keep.problem ?? undo.problem} />
      </div>
    </aside>
  );
}
