// What is not applied yet, what is on trial, and what was changed before.
import { asWritten, say, sentence } from "../../shared/say.ts";
import { locale } from "../../shared/words.ts";
import type { PastChange, Staged } from "../api.ts";
import { forgetAdded } from "../added.ts";
import { post } from "../client.ts";
import { useConfig } from "../config.ts";
import { linesAlone, lookOf } from "../model/difference.ts";
import { Badge, Card, Notice, Problem, Waiting, WorkButton } from "../parts/basics.tsx";
import { Title } from "../parts/frame.tsx";
import { useAnswer, useWork } from "../parts/hooks.ts";
import { Icon } from "../parts/icons.tsx";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";

export function Changes() {
  const { config, problem } = useConfig();
  return (
    <>
      <Title>{say("Changes", "Modifiche")}</Title>
      <Problem text={problem} />
      {!config && !problem && <Waiting />}
      {config && (config.staged ? <StagedChanges staged={config.staged} /> : !config.trial && <Nothing />)}
      {config?.trial && <Notice tone="warn" title={say("The last changes are on trial.", "Le ultime modifiche sono in prova.")}>
        {say("Check that the values make sense, then keep them. Otherwise they are undone by themselves.", "Controllare che i valori siano sensati, poi confermare. Altrimenti si annullano da sole.")}
      </Notice>}
      {config && <a class="button wide" href={linkTo("file")}>{say("Edit the site file", "Modifica il file del sito")}</a>}
      {config && <History key={config.hash} undoable={!config.trial} />}
    </>
  );
}

const Nothing = () => (
  <Card>
    <p>{say("There is nothing to apply.", "Non c'è niente da applicare.")}</p>
    <a class="button wide" href={linkTo("scan")}><Icon name="scan" />{say("Look for devices", "Cerca dispositivi")}</a>
  </Card>
);

function StagedChanges({ staged }: { staged: Staged }) {
  const mayChange = useMayChange();
  const { refresh } = useConfig();
  const apply = useWork(async (lines: string[]) => { await post("/api/config/apply", { lines }); refresh(); });
  const discard = useWork(async () => { await post("/api/config/discard"); forgetAdded(); refresh(); });
  return (
    <Card title={say("Not applied yet", "Da applicare")}>
      <ul class="reasons">{staged.differences.map((one) => <li key={one.en}>{sentence(one)}</li>)}</ul>
      {staged.problems.map((one) => <Notice key={`${one.line} ${one.what}`} tone="bad" title={say(`Row ${one.line}: ${one.what}`, `Riga ${one.line}: ${one.what_it}`)}>{asWritten({ en: one.instead, it: one.instead_it })}</Notice>)}
      <details>
        <summary>{say("In the site file", "Nel file del sito")}</summary>
        <Difference text={staged.diff} />
      </details>
      <Problem text={apply.problem ?? discard.problem} />
      {mayChange && (
        <>
          <WorkButton class="primary wide" busy={apply.busy} disabled={staged.problems.length > 0 || discard.busy} onClick={() => apply.run([])}><Icon name="good" />{say("Apply on trial (5 min)", "Applica in prova (5 min)")}</WorkButton>
          {linesAlone(staged).map((line) => (
            <WorkButton key={line} class="wide" busy={apply.busy} disabled={discard.busy} onClick={() => apply.run([line])}>{say(`Apply only line ${line}`, `Applica solo la linea ${line}`)}</WorkButton>
          ))}
          <WorkButton class="danger wide" busy={discard.busy} disabled={apply.busy} onClick={discard.run}>{say("Discard", "Scarta")}</WorkButton>
          <a class="button wide" href={linkTo("scan")}><Icon name="add" />{say("Add another device", "Aggiungi un altro dispositivo")}</a>
        </>
      )}
    </Card>
  );
}

export const Difference = ({ text }: { text: string }) => (
  <div class="diff" tabIndex={0} role="region" aria-label={say("Difference", "Differenza")}>{text.split("\n").map((line, place) => <span key={place} class={lookOf(line)}>{line || " "}</span>)}</div>
);

function History({ undoable }: { undoable: boolean }) {
  const mayChange = useMayChange();
  const { refresh } = useConfig();
  const { answer: past } = useAnswer<PastChange[]>("/api/config/log");
  const undo = useWork(async () => { await post("/api/config/undo"); forgetAdded(); refresh(); });
  if (!past?.length) return null;
  return (
    <Card title={say("Before", "In precedenza")}>
      <ol class="list">{past.toReversed().slice(0, SHOWN_MOST).map((one) => <Entry key={one.number} change={one} />)}</ol>
      <Problem text={undo.problem} />
      {mayChange && undoable && <WorkButton class="danger wide" busy={undo.busy} onClick={undo.run}>{say("Undo the last change", "Annulla l'ultima modifica")}</WorkButton>}
    </Card>
  );
}

const SHOWN_MOST = 20;

const OUTCOMES: Record<PastChange["outcome"], { tone: string; text: () => string }> = {
  confirmed: { tone: "good", text: () => say("kept", "confermata") }, undone: { tone: "warn", text: () => say("undone", "annullata") }, superseded: { tone: "", text: () => say("replaced", "sostituita") },
};

const Entry = ({ change }: { change: PastChange }) => (
  <li style={{ padding: ".6rem 0" }}>
    <p class="head"><b class="number">{new Date(change.at_ms).toLocaleString(locale() === "it" ? "it" : "en-GB", { dateStyle: "medium", timeStyle: "short" })}</b><Badge tone={OUTCOMES[change.outcome].tone}>{OUTCOMES[change.outcome].text()}</Badge></p>
    <p>{change.why || change.reason}</p>
    <p class="quiet small mono">{change.by} · {change.new.slice(0, 12)}</p>
  </li>
);
