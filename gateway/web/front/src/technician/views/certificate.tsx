// The gateway's certificate: enrolled with a one-time code that is typed, scanned, or in a file. The private key is made by the gateway, and stays there.
import { useEffect, useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import { locale } from "../../shared/words.ts";
import type { EnrolmentView } from "../api.ts";
import { get, post, postFile } from "../client.ts";
import { useConfig } from "../config.ts";
import { Card, Facts, Notice, Problem, TextField, Waiting, WorkButton } from "../parts/basics.tsx";
import { ScanButton } from "../parts/code_scanner.tsx";
import { FileButton } from "../parts/file_button.tsx";
import { Title } from "../parts/frame.tsx";
import { useWork } from "../parts/hooks.ts";
import { Icon } from "../parts/icons.tsx";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";

export function Certificate() {
  const mayChange = useMayChange();
  const { refresh } = useConfig();
  const [view, setView] = useState<EnrolmentView | null>(null);
  const read = useWork(async () => setView(await get<EnrolmentView>("/api/enrolment")));
  const step = useWork(async (made: Promise<EnrolmentView>) => { setView(await made); refresh(); });
  useEffect(() => read.run(), []);
  const choose = (file: Blob): void => step.run(postFile<EnrolmentView>("/api/enrolment/file", file));
  return (
    <>
      <Title back={[linkTo("more"), say("More", "Altro")]}>{say("Certificate", "Certificato")}</Title>
      <Problem text={read.problem} />
      {!view && !read.problem && <Waiting />}
      {view && <Present view={view} />}
      <Problem text={step.problem} />
      {view?.state === "waiting" && <Request mayChange={mayChange} busy={step.busy} onFile={choose} />}
      {view && mayChange && <Invitation view={view} busy={step.busy} onCode={(code) => step.run(post<EnrolmentView>("/api/enrolment/code", { code }))} onFile={choose} />}
      {view && !mayChange && view.state !== "enrolled" && <Notice tone="note" title={say("Read only: log in with the code of the label to enrol it.", "Sola lettura: per registrarlo, accedere con il codice dell'etichetta.")} />}
    </>
  );
}

function Present({ view }: { view: EnrolmentView }) {
  const ends = view.ends_ms === null ? null : new Date(view.ends_ms).toLocaleDateString(locale() === "it" ? "it" : "en-GB", { dateStyle: "long" });
  return (
    <>
      {view.state === "none" && <Notice tone="warn" title={say("This gateway has no certificate yet.", "Questo gateway non ha ancora un certificato.")}>
        {say("The gateway needs it to be recognised by the broker.", "Serve al gateway per farsi riconoscere dal broker.")}
      </Notice>}
      {view.state === "waiting" && <Notice tone="note" title={say("The request waits for its answer.", "La richiesta attende la risposta.")} />}
      {view.state === "enrolled" && <Notice tone="good" title={say("This gateway has its certificate.", "Questo gateway ha il suo certificato.")}>
        {ends !== null && say(`Valid until ${ends}. It is renewed over the connection.`, `Valido fino al ${ends}. Si rinnova attraverso il collegamento.`)}
      </Notice>}
      {view.staged && <Notice tone="good" title={say("The connection with it is ready in the changes.", "Il collegamento con il certificato è pronto nelle modifiche.")}>
        <a class="button primary wide" style={{ marginTop: ".4rem" }} href={linkTo("changes")}>{say("Look at the changes and apply them", "Vedi le modifiche e applica")}</a>
      </Notice>}
      {view.state === "enrolled" && !view.in_use && !view.staged && <Notice tone="warn" title={say("The connection does not use it.", "Il collegamento non lo usa.")}>
        {say("In the site file, the broker's address begins with mqtts:// and uplink.tls names its files.", "Nel file del sito, l'indirizzo del broker inizia con mqtts:// e uplink.tls indica i suoi file.")}
      </Notice>}
      <Card><Facts rows={[[say("Enrols as", "Si registra come"), <span class="mono">{view.user}</span>]]} /></Card>
    </>
  );
}

/** What to do with a request: to the centre, and its answer back. */
const Request = ({ mayChange, busy, onFile }: { mayChange: boolean; busy: boolean; onFile: (file: Blob) => void }) => (
  <Card title={say("Request and answer", "Richiesta e risposta")}>
    <p>{say("Send the request to the centre, and choose the answer that comes back. Any way will do: neither is secret.", "Inviare la richiesta al centro, e scegliere la risposta che arriva. Va bene ogni mezzo: nessuna delle due è segreta.")}</p>
    <a class="button primary wide" href="/api/enrolment/request" download="request.json">{say("Save the request", "Salva la richiesta")}</a>
    {mayChange && <FileButton busy={busy} accept=".json" onFile={onFile}>{say("Choose the answer", "Scegli la risposta")}</FileButton>}
  </Card>
);

function Invitation({ view, busy, onCode, onFile }: { view: EnrolmentView; busy: boolean; onCode: (code: string) => void; onFile: (file: Blob) => void }) {
  const [code, setCode] = useState("");
  const form = (
    <form style={{ display: "grid", gap: ".8rem" }} onSubmit={(event) => { event.preventDefault(); onCode(code); }}>
      <TextField label={say("One-time code", "Codice monouso")} value={code} onInput={setCode} placeholder="4F7QA-0KX9P-…" autocapitalize="characters" maxLength={40}
        beside={<ScanButton onCode={(text) => onFile(new Blob([text]))} />} hint={say("Type it, or scan the QR code of the label.", "Scriverlo, o leggere il codice QR dell'etichetta.")} />
      <WorkButton type="submit" class={view.state === "none" ? "primary wide" : "wide"} busy={busy} disabled={!code.trim()}><Icon name="lock" />{say("Make key and request", "Crea chiave e richiesta")}</WorkButton>
      <FileButton busy={busy} accept=".json" onFile={onFile}>{say("Choose the file of an invitation", "Scegli il file di un invito")}</FileButton>
      <p class="hint">{say("The key is made on the gateway, and never leaves it.", "La chiave si crea sul gateway, e non lo lascia mai.")}</p>
    </form>
  );
  if (view.state === "none") return <Card title={say("Invitation", "Invito")}>{form}</Card>;
  return <Card><details><summary>{say("With another invitation", "Con un altro invito")}</summary>{form}</details></Card>;
}
