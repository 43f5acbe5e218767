// Looks for devices on a port, and shows them as they are found.
import { useState } from "preact/hooks";
import { say, sentence } from "../../shared/say.ts";
import { wasAdded } from "../added.ts";
import type { Found, ScanPort, ScanState } from "../api.ts";
import { post } from "../client.ts";
import { useConfig } from "../config.ts";
import { useLive } from "../live.ts";
import { endpointText, isNetwork, portName, scanPlaces, type ScanPlace, type TypedEndpoint } from "../model/ports.ts";
import { leftText, shareDone, type FollowedScan } from "../model/scan.ts";
import { Badge, Card, Choices, Notice, Problem, TextField, Waiting, WorkButton } from "../parts/basics.tsx";
import { FoundCard } from "../parts/found_card.tsx";
import { Title } from "../parts/frame.tsx";
import { useAnswer, useWork, type Asked } from "../parts/hooks.ts";
import { Icon } from "../parts/icons.tsx";
import { linkTo } from "../route.ts";
import { useScan } from "../scanning.ts";
import { useMayChange } from "../session.ts";
import { noteTyped, typedEndpoints } from "../typed.ts";

export function Scan() {
  const scan = useScan();
  const mayChange = useMayChange();
  const ports = useAnswer<ScanPort[]>("/api/scan/ports");
  const again = useWork(async (resume: boolean) => {
    await post(resume ? "/api/scan/start" : "/api/scan/stop", resume ? { ...place(scan), resume: true } : {});
  });
  const title = <Title>{say("Look for devices", "Cerca dispositivi")}</Title>;
  if (!scan.known || (!ports.answer && !ports.problem)) return <>{title}<Waiting /></>;
  return (
    <>
      {title}
      {!mayChange && <Notice tone="note" title={say("Read only: a scan can't be started.", "Sola lettura: non si può avviare una ricerca.")} />}
      {scan.running ? <Running scan={scan} busy={again.busy} onStop={() => again.run(false)} /> : scan.end && <Ended scan={scan} busy={again.busy} onResume={mayChange ? () => again.run(true) : null} />}
      <Problem text={again.problem} />
      <Ready />
      {scan.found.map((found) => (
        <FoundCard key={`${found.unit}/${found.settings}`} found={found}>
          {wasAdded(scan.target ?? "", found.unit, found.settings) && <p><Badge tone="good">{say("in the changes", "nelle modifiche")}</Badge></p>}
          {mayChange && isNew(found) && !wasAdded(scan.target ?? "", found.unit, found.settings) && (
            <a class="button primary wide" href={linkTo("add", [], { target: scan.target ?? "", ...(scan.rtu_over_tcp ? { rtu: "1" } : {}), unit: String(found.unit ?? ""), settings: found.settings ?? "" })}><Icon name="add" />{say("Add this device", "Aggiungi questo dispositivo")}</a>
          )}
        </FoundCard>
      ))}
      {!scan.running && mayChange && <Start ports={ports} before={scan.end !== null} obstacle={Boolean(scan.end?.obstacle)} />}
    </>
  );
}

/** Whether a device can be put into service: the site does not have it, and it can be read. */
const isNew = (found: Found): boolean => !found.garbled && !found.badges.includes("known") && !found.badges.includes("duplicate");

/** Devices that are in the changes already, and the way to apply them. */
function Ready() {
  const { config } = useConfig();
  const ready = config?.staged?.differences.filter((one) => one.kind === "device" && one.what === "added").length ?? 0;
  if (!ready) return null;
  return (
    <Notice tone="good" title={say(ready === 1 ? "1 device is ready" : `${ready} devices are ready`, ready === 1 ? "1 dispositivo è pronto" : `${ready} dispositivi sono pronti`)}>
      <a class="button primary wide" style={{ marginTop: ".4rem" }} href={linkTo("changes")}>{say("Look at the changes and apply them", "Vedi le modifiche e applica")}</a>
    </Notice>
  );
}

function Running({ scan, busy, onStop }: { scan: FollowedScan; busy: boolean; onStop: () => void }) {
  const { progress } = scan;
  return (
    <Card title={say(`Scanning ${portName(scan.target ?? "")}`, `Ricerca su ${portName(scan.target ?? "")}`)}>
      <progress max={1} value={shareDone(scan)} aria-label={say("Progress", "Avanzamento")} />
      <p class="number" role="status">
        {progress ? <>{progress.settings ?? "TCP"}{progress.unit === null ? "" : say(`, address ${progress.unit}`, `, indirizzo ${progress.unit}`)} · {leftText(progress.left_s)}</> : say("Listening first…", "Prima si ascolta…")}
      </p>
      <p>{say(`${scan.found.length} found so far`, `Trovati finora: ${scan.found.length}`)}</p>
      <WorkButton class="danger wide" busy={busy} onClick={onStop}>{say("Stop", "Ferma")}</WorkButton>
    </Card>
  );
}

function Ended({ scan, busy, onResume }: { scan: ScanState; busy: boolean; onResume: (() => void) | null }) {
  const end = scan.end!;
  const title = end.obstacle ? sentence(end.obstacle.sentence) : end.problem ? say(end.problem, end.problem_it ?? end.problem) : (end.stopped ? say("Stopped.", "Fermata.")
    : say(`Done: ${scan.found.length} found.`, `Finito. Trovati: ${scan.found.length}.`));
  return (
    <>
      <Notice tone={end.obstacle || end.problem ? "bad" : end.stopped ? "note" : scan.found.length ? "good" : "warn"} title={title}>
        {end.complete && scan.found.length === 0 && say("Check power, A and B, and the termination; then try all settings.", "Controllare alimentazione, A e B, terminazione; poi provare tutte le impostazioni.")}
      </Notice>
      {end.missing.map((one) => <Notice key={one.device} tone="warn" title={sentence(one.sentence)} />)}
      {end.stopped && onResume && <WorkButton class="wide" busy={busy} onClick={onResume}>{say("Go on with it", "Riprendi")}</WorkButton>}
    </>
  );
}

/** Return what a scan was of, to start it again. */
const place = (scan: ScanState): { line: string } | { target: string; rtu_over_tcp: boolean } =>
  (scan.line === null ? { target: scan.target ?? "", rtu_over_tcp: scan.rtu_over_tcp } : { line: scan.line });

const KINDS: Record<ScanPlace["kind"], () => string> = { serial: () => say("serial", "seriale"), tcp: () => "Modbus TCP", rtu_over_tcp: () => say("RTU over TCP", "RTU su TCP") };

const PlaceOption = ({ one, chosen, onChoose }: { one: ScanPlace; chosen: boolean; onChoose: () => void }) => (
  <label class="option">
    <input type="radio" name="port" checked={chosen} onChange={onChoose} />
    <span class="grow"><b>{portName(one.target)}</b> <small class="quiet">{one.description}</small>
    <span class="badges">{one.kind !== "serial" && <Badge>{KINDS[one.kind]()}</Badge>}
      {one.line ? <Badge>{say(`line ${one.line}`, `linea ${one.line}`)}</Badge> : <Badge tone="good">{say("free", "libera")}</Badge>}</span></span>
  </label>
);

function Start({ ports: { answer: ports, problem, ask }, before, obstacle }: { ports: Asked<ScanPort[]>; before: boolean; obstacle: boolean }) {
  const { state } = useLive();
  const [port, setPort] = useState<string | null>(null);
  const [typed, setTyped] = useState<TypedEndpoint>({ target: "", rtu: false });
  const [full, setFull] = useState(0);
  const [anyway, setAnyway] = useState(false);
  const places = scanPlaces(ports ?? [], state?.lines ?? [], typedEndpoints());
  const first = places.find((one) => one.line === null) ?? places[0];
  const chosen = port ?? first?.target ?? "";
  const wanted = places.find((one) => one.target === chosen) ?? { target: endpointText(typed.target.trim(), typed.rtu), rtu: typed.rtu && isNetwork(typed.target.trim()) };
  const start = useWork(async () => {
    await post("/api/scan/start", { target: wanted.target, rtu_over_tcp: wanted.rtu, full: full === 1, anyway });
    if (chosen === "") noteTyped({ target: wanted.target, rtu: wanted.rtu });
    scrollTo(0, 0);
  });
  return (
    <Card title={before ? say("Scan again", "Nuova ricerca") : say("Where?", "Dove?")} action={<button type="button" class="plain" onClick={ask}>{say("Refresh", "Aggiorna")}</button>}>
      <Problem text={problem} />
      {ports && (
        <fieldset>
          <legend class="label">{say("Port", "Porta")}</legend>
          {places.map((one) => <PlaceOption key={one.target} one={one} chosen={chosen === one.target} onChoose={() => setPort(one.target)} />)}
          <label class="option">
            <input type="radio" name="port" checked={chosen === ""} onChange={() => setPort("")} />
            <span>{say("Another port, or a device on the network", "Un'altra porta, o un dispositivo in rete")}</span>
          </label>
        </fieldset>
      )}
      {chosen === "" && <TypedField typed={typed} onTyped={setTyped} />}
      <Choices label={say("How thoroughly?", "Quanto a fondo?")} chosen={full} onChoose={setFull}
        options={[[0, say("Usual settings, 1 min", "Impostazioni usuali, 1 min")], [1, say("All settings, up to 30 min", "Tutte, fino a 30 min")]]} />
      {obstacle && <label class="option"><input type="checkbox" checked={anyway} onChange={(event) => setAnyway(event.currentTarget.checked)} /><span>{say("Scan although somebody else sends on the line", "Cercare anche se qualcun altro trasmette sulla linea")}</span></label>}
      <Problem text={start.problem} />
      <WorkButton class="primary wide" busy={start.busy} disabled={!wanted.target} onClick={start.run}><Icon name="scan" />{say("Start", "Avvia")}</WorkButton>
      <p class="hint">{say("Nothing is written to any device. Devices that are read already keep their intervals.", "Non si scrive su nessun dispositivo. Quelli già letti mantengono i loro intervalli.")}</p>
    </Card>
  );
}

const TypedField = ({ typed, onTyped }: { typed: TypedEndpoint; onTyped: (typed: TypedEndpoint) => void }) => (
  <>
    <TextField label={say("Port or address", "Porta o indirizzo")} value={typed.target} onInput={(target) => onTyped({ ...typed, target })} placeholder={typed.rtu ? "192.0.2.10:4001" : "192.0.2.10:502"} autocapitalize="none"
      hint={typed.rtu ? say("The address of the serial device server, with its port.", "L'indirizzo del convertitore, con la sua porta.")
        : say("A device file, or the address of a Modbus TCP device or bridge; port 502 if none is given.", "Un file di dispositivo, o l'indirizzo di un dispositivo o bridge Modbus TCP; porta 502 se non indicata.")} />
    {(typed.target.trim() === "" || isNetwork(typed.target.trim())) && <Choices label={say("What is spoken there?", "Quale protocollo?")} chosen={Number(typed.rtu)} onChoose={(rtu) => onTyped({ ...typed, rtu: rtu === 1 })}
      options={[[0, "Modbus TCP"], [1, say("RTU over TCP (serial device server)", "RTU su TCP (convertitore seriale)")]]} />}
  </>
);
