// What a technician does with a device that is there: check it, copy it, give it another address.
import { useState } from "preact/hooks";
import { asWritten, say, sentence } from "../../shared/say.ts";
import type { Cause, CopyView, DeviceView, LineVerdict, ReaddressView } from "../api.ts";
import { post } from "../client.ts";
import { useConfig } from "../config.ts";
import { linkTo } from "../route.ts";
import { Card, Notice, Problem, TextField, Waiting, WorkButton } from "./basics.tsx";
import { useWork } from "./hooks.ts";

/** What is wrong, with what to do, and what tells it from its neighbours. */
export const CauseNotice = ({ cause }: { cause: Cause }) => (
  <Notice tone={cause.certainty === "certain" ? "bad" : "warn"} title={`${cause.where}: ${asWritten(cause.sentence)}`}>
    <p>{sentence(cause.todo)}</p>
    <details><summary>{say("Why", "Perché")}</summary>
      <ul class="reasons small">{[...cause.reasons, cause.apart].map((one) => <li key={one.en}>{sentence(one)}</li>)}</ul>
    </details>
  </Notice>
);

/** A check of a line or a device: its wiring, its settings, and whether its values are plausible. */
export function CheckCard({ name }: { name: string }) {
  const [verdict, setVerdict] = useState<LineVerdict | null>(null);
  const check = useWork(async () => setVerdict(await post<LineVerdict>("/api/commission/check", { name })));
  return (
    <Card title={say("Wiring and values", "Cablaggio e valori")}>
      {check.busy ? <Waiting text={say("Checking; up to a minute. Meanwhile its readings wait.", "Controllo, fino a un minuto. Intanto le letture attendono.")} />
        : <p class="hint">{say("Looks for swapped wires, wrong settings, double addresses, turned current transformers, and more.", "Cerca fili invertiti, impostazioni errate, indirizzi doppi, trasformatori di corrente girati e altro.")}</p>}
      <Problem text={check.problem} />
      {verdict && verdict.causes.length === 0 && <Notice tone="good" title={say("Nothing is wrong.", "Nessun problema.")} />}
      {verdict?.causes.map((one) => <CauseNotice key={`${one.kind} ${one.where}`} cause={one} />)}
      <WorkButton class="wide" busy={check.busy} onClick={check.run}>{say("Check", "Controlla")}</WorkButton>
    </Card>
  );
}

const UNIT_MOST = 247;

export function CopyCard({ device }: { device: DeviceView }) {
  const [times, setTimes] = useState("1");
  const { refresh } = useConfig();
  const copy = useWork(async () => {
    await post<CopyView>("/api/commission/copy", { device: device.id, times: Number(times) });
    refresh();
    location.hash = linkTo("changes");
  });
  return (
    <Card title={say("More of the same", "Altri uguali")}>
      <TextField label={say("How many more", "Quanti altri")} value={times} onInput={setTimes} inputMode="numeric" hint={say("Addresses and names count up.", "Indirizzi e nomi proseguono in ordine.")} />
      <Problem text={copy.problem} />
      <WorkButton class="wide" busy={copy.busy} disabled={!(Number(times) >= 1 && Number(times) <= UNIT_MOST)} onClick={copy.run}>{say("Put them into the changes", "Inseriscili nelle modifiche")}</WorkButton>
    </Card>
  );
}

export function AddressCard({ device }: { device: DeviceView }) {
  const [unit, setUnit] = useState("");
  const [shown, setShown] = useState<ReaddressView | null>(null);
  const { refresh } = useConfig();
  const ask = useWork(async (write: boolean) => {
    setShown(await post<ReaddressView>("/api/commission/readdress", { device: device.id, new: Number(unit), write }));
    if (write) refresh();
  });
  const valid = Number(unit) >= 1 && Number(unit) <= UNIT_MOST && Number(unit) !== device.unit;
  return (
    <Card title={say("Another address", "Un altro indirizzo")}>
      <TextField label={say("New address", "Nuovo indirizzo")} value={unit} onInput={(text) => { setUnit(text); setShown(null); }} inputMode="numeric"
        hint={say(`It is ${device.unit} now. Nothing is written before you have seen what.`, `Ora è ${device.unit}. Non si scrive niente prima di averlo mostrato.`)} />
      <Problem text={ask.problem} />
      {shown && <Notice tone={shown.result === null ? "note" : shown.result === "done" ? "good" : "warn"} title={sentence(shown.sentence ?? shown.preview)} />}
      {shown && shown.result === null
        ? <WorkButton class="danger wide" busy={ask.busy} onClick={() => ask.run(true)}>{say("Write it", "Scrivi")}</WorkButton>
        : <WorkButton class="wide" busy={ask.busy} disabled={!valid} onClick={() => ask.run(false)}>{say("Show what would be written", "Mostra che cosa si scriverebbe")}</WorkButton>}
    </Card>
  );
}
