// The report of the installation: is it finished, and if not, what is left to do.
import { asWritten, say, sentence } from "../../shared/say.ts";
import { locale } from "../../shared/words.ts";
import { useEffect, useState } from "preact/hooks";
import type { ReportedPhoto, ReportFile, SentReport } from "../api.ts";
import { get, post, RequestFailed } from "../client.ts";
import { photoOfVisit } from "../model/photo.ts";
import { Card, Facts, Notice, Problem, Waiting, WorkButton } from "../parts/basics.tsx";
import { Title } from "../parts/frame.tsx";
import { useWork } from "../parts/hooks.ts";
import { PhotoField } from "../parts/photo_field.tsx";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";

const NOT_FOUND = 404;

export function Report() {
  const mayChange = useMayChange();
  const [file, setFile] = useState<ReportFile | null>(null);
  const [photo, setPhoto] = useState<ReportedPhoto | null>(null);
  const read = useWork(async () => {
    const newest = await get<ReportFile>("/api/report").catch((error: unknown) => {
      if (error instanceof RequestFailed && error.status === NOT_FOUND) return null;
      throw error;
    });
    setFile(newest);
    if (newest) setPhoto(photoOfVisit(newest.report, Date.now()));
  });
  const make = useWork(async () => setFile(await post<ReportFile>("/api/report/make", { photo: photo?.sha256 ?? null })));
  useEffect(() => read.run(), []);
  return (
    <>
      <Title back={[linkTo("more"), say("More", "Altro")]}>{say("Report", "Rapporto")}</Title>
      <Problem text={make.problem ?? read.problem} />
      {!file && (read.busy || make.busy) && <Waiting />}
      {file && <Made file={file} />}
      {!file && !read.busy && <p>{say("It says whether the installation is finished, and what every device measures.", "Dice se l'installazione è completa, e che cosa misura ogni dispositivo.")}</p>}
      {mayChange && !read.busy && <PhotoField photo={photo} onPhoto={setPhoto} />}
      {mayChange && !read.busy && <WorkButton class={file ? "wide" : "primary wide"} busy={make.busy} onClick={make.run}>{file ? say("Make a new report", "Nuovo rapporto") : say("Make the report", "Crea il rapporto")}</WorkButton>}
    </>
  );
}

function Made({ file: { report, signature } }: { file: ReportFile }) {
  const mayChange = useMayChange();
  const [sent, setSent] = useState<boolean | null>(null);
  const send = useWork(async () => setSent((await post<SentReport>("/api/report/send")).sent));
  const devices = report.lines.flatMap((line) => line.devices);
  return (
    <>
      {report.verdict === "green"
        ? <Notice tone="good" title={say("Green: the installation is finished.", "Verde: l'installazione è completa.")} />
        : <Notice tone="bad" title={say("Not finished yet:", "Non ancora completa:")}><ul class="reasons">{report.reasons.map((one) => <li key={one.en}>{sentence(one)}</li>)}</ul></Notice>}
      {report.alarms?.map((one) => <Notice key={`${one.asset} ${one.en}`} tone="warn" title={say(`Active alarm: ${one.asset}`, `Allarme attivo: ${one.asset}`)}>{sentence(one)}</Notice>)}
      {report.findings?.map((one) => <Notice key={`${one.where} ${one.en}`} tone={one.certainty === "certain" ? "bad" : "warn"} title={`${one.where}: ${asWritten(one)}`}>{sentence({ en: one.todo_en, it: one.todo_it })}</Notice>)}
      <Card>
        <Facts rows={[
          [say("Made", "Creato"), new Date(report.made).toLocaleString(locale() === "it" ? "it" : "en-GB", { dateStyle: "medium", timeStyle: "short" })],
          [say("Devices", "Dispositivi"), devices.length], [say("Configuration", "Configurazione"), <span class="mono">{report.configuration.slice(0, 12)}</span>],
          [say("Photo", "Foto"), report.photo ? say("yes", "sì") : say("none", "nessuna")],
          [say("Signed", "Firmato"), signature ? say("yes", "sì") : say("no: the gateway has no certificate", "no: il gateway non ha un certificato")],
        ]} />
        <a class="button primary wide" href={`/api/report/page?language=${locale()}`} target="_blank" rel="noopener">{say("Open it to print", "Apri per stampare")}</a>
        {mayChange && <WorkButton class="wide" busy={send.busy} onClick={send.run}>{say("Send it to the centre", "Invia al centro")}</WorkButton>}
        <Problem text={send.problem} />
        {sent !== null && <Notice tone={sent ? "good" : "warn"} title={sent ? say("The centre has it.", "Il centro l'ha ricevuto.") : say("There is no connection; it is sent later.", "Non c'è collegamento; sarà inviato dopo.")} />}
      </Card>
    </>
  );
}
