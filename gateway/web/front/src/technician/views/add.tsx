// Puts one device into service: what it is, its values, its name, its place, its interval, and its copies.
import { useEffect, useState } from "preact/hooks";
import { say, sentence } from "../../shared/say.ts";
import { shown } from "../../shared/words.ts";
import type { Candidate, Commissioned, Finding, Found, LoadForecast, Product, RegisterAsset, RegisterImport, ScanState, Trial } from "../api.ts";
import { noteAdded } from "../added.ts";
import { post, postFile } from "../client.ts";
import { useConfig } from "../config.ts";
import { countedUp, type Position } from "../model/place.ts";
import { matching } from "../model/search.ts";
import { Card, Choices, Notice, Problem, TextField, Waiting, WorkButton } from "../parts/basics.tsx";
import { ScanButton } from "../parts/code_scanner.tsx";
import { FileButton } from "../parts/file_button.tsx";
import { firstOf, nameOf, productName, Reasons } from "../parts/found_card.tsx";
import { Title } from "../parts/frame.tsx";
import { useAnswer, useWork } from "../parts/hooks.ts";
import { Icon } from "../parts/icons.tsx";
import { Load } from "../parts/load.tsx";
import { PlaceField } from "../parts/place_field.tsx";
import { linkTo } from "../route.ts";
import { Value } from "./device.tsx";

/** Which device of a scan this is about. */
export interface Subject {
  target: string;
  rtu_over_tcp: boolean;
  unit: number | null;
  settings: string | null;
}

export const subjectOf = (values: URLSearchParams): Subject => ({
  target: values.get("target") ?? "", rtu_over_tcp: values.get("rtu") === "1", unit: values.get("unit") ? Number(values.get("unit")) : null, settings: values.get("settings") || null,
});

const back = (): [string, string] => [linkTo("scan"), say("Devices found", "Dispositivi trovati")];

export function Add({ subject }: { subject: Subject }) {
  const { answer: scan, problem } = useAnswer<ScanState>("/api/scan/state");
  if (!scan) return <><Title back={back()}>{say("Add a device", "Aggiungi un dispositivo")}</Title>{problem ? <Problem text={problem} /> : <Waiting />}</>;
  const found = scan.found.find((one) => one.unit === subject.unit && one.settings === subject.settings);
  if (!found) return <Title back={back()}>{say("This device was not found by the last scan", "L'ultima ricerca non ha trovato questo dispositivo")}</Title>;
  return <Form subject={subject} found={found} />;
}

function Form({ subject, found }: { subject: Subject; found: Found }) {
  const { refresh } = useConfig();
  const [profile, setProfile] = useState(firstOf(found.identification)?.profile ?? "");
  const [asset, setAsset] = useState("");
  const [place, setPlace] = useState<Position | null>(null);
  const [everyS, setEveryS] = useState(USUAL);
  const [copies, setCopies] = useState(0);
  const wish: Commissioned = { ...subject, profile, asset: asset.trim(), lat: place?.lat ?? null, lon: place?.lon ?? null, every_s: everyS === USUAL ? null : everyS, copies };
  const save = useWork(async () => {
    await post("/api/commission/stage", wish);
    noteAdded(subject.target, subject.unit, subject.settings, copies);
    refresh();
    location.hash = linkTo("scan");
  });
  return (
    <>
      <Title back={back()}>{nameOf(found)}</Title>
      <p class="quiet number">{found.unit === null ? "" : say(`Address ${found.unit} · `, `Indirizzo ${found.unit} · `)}{found.settings}</p>
      <ProductStep found={found} profile={profile} onProfile={setProfile} />
      {profile && <ValuesStep subject={subject} profile={profile} />}
      <AssetStep asset={asset} onAsset={setAsset} onPlace={setPlace} />
      <PlaceStep place={place} onPlace={setPlace} />
      {profile && <IntervalStep wish={wish} everyS={everyS} onEvery={setEveryS} />}
      {found.unit !== null && <CopiesStep asset={asset} unit={found.unit} copies={copies} onCopies={setCopies} />}
      <Problem text={save.problem} />
      <WorkButton class="primary wide" busy={save.busy} disabled={!profile || !asset.trim()} onClick={save.run}><Icon name="add" />{say("Put it into the changes", "Inserisci nelle modifiche")}</WorkButton>
      {(!profile || !asset.trim()) && <p class="hint">{!profile ? say("Choose the product first.", "Prima scegliere il prodotto.") : say("Name the asset first.", "Prima indicare l'apparato.")}</p>}
    </>
  );
}

function ProductStep({ found, profile, onProfile }: { found: Found; profile: string; onProfile: (profile: string) => void }) {
  const { candidates, apart } = found.identification;
  const [other, setOther] = useState(candidates.length === 0);
  return (
    <Card title={say("1 · Product", "1 · Prodotto")}>
      {apart.length > 0 && <Notice tone="warn" title={say("Several products look alike. Read the label.", "Più prodotti si assomigliano. Leggere l'etichetta.")}><ul class="reasons">{apart.map((one) => <li key={one.en}>{sentence(one)}</li>)}</ul></Notice>}
      <fieldset>
        <legend class="label">{say("Which one is it?", "Quale è?")}</legend>
        {candidates.map((one) => <CandidateOption key={one.profile} candidate={one} chosen={one.profile === profile && !other} onChoose={() => { setOther(false); onProfile(one.profile); }} />)}
        <label class="option"><input type="radio" name="product" checked={other} onChange={() => { setOther(true); onProfile(""); }} /><span>{say("Another product", "Un altro prodotto")}</span></label>
      </fieldset>
      {other && <ProductSearch profile={profile} onProfile={onProfile} />}
    </Card>
  );
}

const CandidateOption = ({ candidate, chosen, onChoose }: { candidate: Candidate; chosen: boolean; onChoose: () => void }) => (
  <div>
    <label class="option"><input type="radio" name="product" checked={chosen} onChange={onChoose} /><b>{productName(candidate)}</b></label>
    {chosen && candidate.reasons.length + candidate.doubts.length > 0 && <details><summary>{say("Why", "Perché")}</summary><Reasons candidate={candidate} /></details>}
  </div>
);

const SHOWN_MOST = 8;

function ProductSearch({ profile, onProfile }: { profile: string; onProfile: (profile: string) => void }) {
  const { answer, problem } = useAnswer<Product[]>("/api/commission/profiles");
  const [words, setWords] = useState("");
  const found = matching(answer ?? [], words, (one) => `${one.vendor} ${one.model} ${one.profile}`);
  return (
    <>
      <TextField label={say("Vendor or model", "Marca o modello")} value={words} onInput={setWords} autocapitalize="none" />
      <Problem text={problem} />
      {words && found.length === 0 && <p class="quiet">{say("No product has this name.", "Nessun prodotto ha questo nome.")}</p>}
      <div>{found.slice(0, SHOWN_MOST).map((one) => <label key={one.profile} class="option"><input type="radio" name="other" checked={one.profile === profile} onChange={() => onProfile(one.profile)} /><span><b>{one.vendor}</b> {one.model}</span></label>)}</div>
      {found.length > SHOWN_MOST && <p class="hint">{say(`${found.length - SHOWN_MOST} more: type more of the name.`, `Altri ${found.length - SHOWN_MOST}: scrivere di più.`)}</p>}
    </>
  );
}

function ValuesStep({ subject, profile }: { subject: Subject; profile: string }) {
  const [trial, setTrial] = useState<Trial | null>(null);
  const read = useWork(async () => setTrial(await post<Trial>("/api/commission/try", { ...subject, profile })));
  useEffect(() => { setTrial(null); read.run(); }, [profile]);
  return (
    <Card title={say("2 · Values now", "2 · Valori attuali")} action={<WorkButton busy={read.busy} onClick={read.run}>{say("Read", "Leggi")}</WorkButton>}>
      <Problem text={read.problem} />
      {!trial && read.busy && <div style={{ minHeight: "16rem" }}><Waiting text={say("Reading…", "Lettura…")} /></div>}
      {trial && (
        <>
          {trial.findings.length === 0 && <Notice tone="good" title={say("The values are plausible.", "I valori sono plausibili.")} />}
          {trial.findings.map((one) => <FindingNotice key={one.sentence.en} finding={one} />)}
          <div class="values">{trial.values.map((one) => <div key={one.field} class={`value ${one.value === null ? "bad" : ""}`}><Value value={one} /></div>)}</div>
          <p class="hint">{say(`Read in ${shown(Math.round(trial.took_ms))} ms.`, `Letti in ${shown(Math.round(trial.took_ms))} ms.`)}</p>
        </>
      )}
    </Card>
  );
}

export const FindingNotice = ({ finding }: { finding: Finding }) => (
  <Notice tone={finding.certainty === "certain" ? "bad" : "warn"} title={sentence(finding.sentence)}><p>{sentence(finding.todo)}</p>{finding.apart && <p class="small">{sentence(finding.apart)}</p>}</Notice>
);

function AssetStep({ asset, onAsset, onPlace }: { asset: string; onAsset: (asset: string) => void; onPlace: (place: Position) => void }) {
  const { answer: register, ask } = useAnswer<RegisterAsset[]>("/api/commission/register");
  const found = asset.trim() ? matching(register ?? [], asset, (one) => `${one.asset} ${one.name ?? ""}`) : [];
  const isExact = found.some((one) => one.asset === asset.trim());
  const choose = (one: RegisterAsset): void => {
    onAsset(one.asset);
    if (one.lat !== null && one.lon !== null) onPlace({ lat: one.lat, lon: one.lon });
  };
  return (
    <Card title={say("3 · Asset", "3 · Apparato")}>
      <TextField label={say("What the city calls it", "Come lo chiama la città")} value={asset} onInput={onAsset} placeholder="qe-041" autocapitalize="none" maxLength={64}
        beside={<ScanButton onCode={(text) => onAsset(text.trim())} />} hint={say("Type it, scan its label, or choose it from the register.", "Scriverlo, leggerne l'etichetta o sceglierlo dal registro.")} />
      {!isExact && found.slice(0, SHOWN_MOST).map((one) => (
        <button key={one.asset} type="button" class="wide" style={{ justifyContent: "flex-start" }} onClick={() => choose(one)}><b>{one.asset}</b> {one.name}</button>
      ))}
      <ImportRegister assets={register?.length ?? 0} onImported={ask} />
    </Card>
  );
}

/** Takes the city's register from a file of the phone. */
function ImportRegister({ assets, onImported }: { assets: number; onImported: () => void }) {
  const [done, setDone] = useState<RegisterImport | null>(null);
  const read = useWork(async (file: File) => {
    setDone(await postFile<RegisterImport>("/api/commission/register/import", file));
    onImported();
  });
  return (
    <details>
      <summary>{say(`The city's register: ${assets} assets`, `Il registro della città: ${assets} apparati`)}</summary>
      <FileButton accept=".csv,.json,.geojson" busy={read.busy} onFile={read.run}>{say("Choose a file: CSV or GeoJSON", "Scegliere un file: CSV o GeoJSON")}</FileButton>
      <Problem text={read.problem} />
      {done && <Notice tone={done.left_out ? "warn" : "good"} title={say(`${done.imported} assets, ${done.left_out} left out.`, `${done.imported} apparati, ${done.left_out} esclusi.`)}>{done.reasons.join("; ")}</Notice>}
    </details>
  );
}

const PlaceStep = ({ place, onPlace }: { place: Position | null; onPlace: (place: Position | null) => void }) => (
  <Card title={say("4 · Place", "4 · Posizione")}>
    <PlaceField place={place} onPlace={onPlace} />
  </Card>
);

/** Stands for the interval that the product's profile has. */
const USUAL = 0;

const INTERVALS_S = [USUAL, 1, 5, 10, 60, 300, 900];

const intervalText = (everyS: number): string => everyS === USUAL ? say("usual", "usuale") : (everyS < 60 ? `${everyS} s` : `${everyS / 60} min`);

function IntervalStep({ wish, everyS, onEvery }: { wish: Commissioned; everyS: number; onEvery: (everyS: number) => void }) {
  const [forecast, setForecast] = useState<LoadForecast | null>(null);
  const ask = useWork(async () => setForecast(await post<LoadForecast>("/api/commission/load", { target: wish.target, rtu_over_tcp: wish.rtu_over_tcp, unit: wish.unit, settings: wish.settings, profile: wish.profile, every_s: wish.every_s, copies: wish.copies })));
  useEffect(() => ask.run(), [wish.profile, everyS, wish.copies]);
  return (
    <Card title={say("5 · Interval", "5 · Intervallo")}>
      <Choices label={say("Read every", "Leggi ogni")} chosen={everyS} onChoose={onEvery} options={INTERVALS_S.map((one): [number, string] => [one, intervalText(one)])} />
      <Problem text={ask.problem} />
      {forecast && <Load forecast={forecast} />}
    </Card>
  );
}

const COPIES_MOST = 50, UNIT_MOST = 247;

function CopiesStep({ asset, unit, copies, onCopies }: { asset: string; unit: number; copies: number; onCopies: (copies: number) => void }) {
  const most = Math.min(COPIES_MOST, UNIT_MOST - unit);
  return (
    <Card title={say("6 · More of the same", "6 · Altri uguali")}>
      <div class="head">
        <button type="button" aria-label={say("One less", "Uno in meno")} disabled={copies === 0} onClick={() => onCopies(copies - 1)}>−</button>
        <p class="number"><b>{copies === 0 ? say("only this one", "solo questo") : say(`and ${copies} more`, `e altri ${copies}`)}</b></p>
        <button type="button" aria-label={say("One more", "Uno in più")} disabled={copies >= most} onClick={() => onCopies(copies + 1)}>+</button>
      </div>
      {copies > 0 && <p class="quiet small">{countedUp(asset || "…", copies).map((name, place) => `${name} (${unit + place + 1})`).join(", ")}</p>}
      <p class="hint">{say("Addresses and names count up.", "Indirizzi e nomi proseguono in ordine.")}</p>
    </Card>
  );
}
