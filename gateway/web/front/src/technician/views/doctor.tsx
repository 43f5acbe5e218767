// The doctor's checks: what is wrong first.
import { asWritten, say, sentence } from "../../shared/say.ts";
import type { Check, Checks } from "../api.ts";
import { Badge, Card, Notice, Problem, Waiting, WorkButton, type Tone } from "../parts/basics.tsx";
import { Title } from "../parts/frame.tsx";
import { useAnswer } from "../parts/hooks.ts";
import { linkTo } from "../route.ts";

const ORDER: Check["state"][] = ["failed", "warning", "unknown", "ok", "not applicable"];

const STATES: Record<Check["state"], { tone: Tone; text: () => string }> = {
  failed: { tone: "bad", text: () => say("failed", "errore") }, warning: { tone: "warn", text: () => say("warning", "avviso") }, unknown: { tone: "note", text: () => say("unknown", "non noto") },
  ok: { tone: "good", text: () => say("ok", "a posto") }, "not applicable": { tone: "note", text: () => say("not applicable", "non pertinente") },
};

export function Doctor() {
  const { answer, problem, busy, ask } = useAnswer<Checks>("/api/doctor/checks");
  const checks = (answer?.checks ?? []).toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const wrong = checks.filter((one) => one.state === "failed" || one.state === "warning");
  const rest = checks.filter((one) => !wrong.includes(one));
  return (
    <>
      <Title back={[linkTo("more"), say("More", "Altro")]}>{say("Doctor", "Diagnosi")}</Title>
      <Problem text={problem} />
      {!answer && !problem && <Waiting text={say("Checking; at most ten seconds…", "Controllo in corso, al massimo dieci secondi…")} />}
      {answer && wrong.length === 0 && <Notice tone="good" title={say("Nothing is wrong.", "Nessun problema.")} />}
      {wrong.map((one) => <Notice key={one.name} tone={STATES[one.state].tone} title={sentence(one.sentence)}>{one.fix && asWritten(one.fix)}</Notice>)}
      {rest.length > 0 && (
        <Card title={say("Other checks", "Altri controlli")}>
          <ul class="list">{rest.map((one) => <li key={one.name} style={{ padding: ".5rem 0" }}><Badge tone={STATES[one.state].tone}>{STATES[one.state].text()}</Badge> {sentence(one.sentence)} <small class="quiet">{one.name}</small></li>)}</ul>
        </Card>
      )}
      {(answer || problem) && <WorkButton class="wide" busy={busy} onClick={ask}>{say("Check again", "Controlla di nuovo")}</WorkButton>}
    </>
  );
}
