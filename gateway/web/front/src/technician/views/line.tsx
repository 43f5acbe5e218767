// One line: how well its devices are read, and what passes on the wire.
import { say } from "../../shared/say.ts";
import { shown } from "../../shared/words.ts";
import type { Cause, DeviceQuality, LinesReport } from "../api.ts";
import { useLive } from "../live.ts";
import { portName } from "../model/ports.ts";
import { answeredPercent, verdict } from "../model/line_quality.ts";
import { Badge, Card, Facts, Notice, Problem, Waiting } from "../parts/basics.tsx";
import { CauseNotice, CheckCard } from "../parts/device_actions.tsx";
import { Title } from "../parts/frame.tsx";
import { HexLog } from "../parts/hex_log.tsx";
import { useAnswer, useRepeated } from "../parts/hooks.ts";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";
import { DeviceList } from "./devices.tsx";

const EVERY_MS = 3000;

export function Line({ id }: { id: string }) {
  const { state, readings } = useLive();
  const mayChange = useMayChange();
  if (!state) return <Waiting />;
  const line = state.lines.find((one) => one.id === id);
  const back: [string, string] = [linkTo("devices"), say("Devices", "Dispositivi")];
  if (!line) return <Title back={back}>{say(`There is no line ${id}`, `Non esiste una linea ${id}`)}</Title>;
  return (
    <>
      <Title back={back}>{say(`Line ${id}`, `Linea ${id}`)}</Title>
      {line.broken && <Notice tone="bad" title={say(`${portName(line.port)} can't be used.`, `${portName(line.port)} non è utilizzabile.`)} />}
      <Card>
        <Facts rows={[
          [say("Port", "Porta"), <span class="mono">{line.port}</span>], [say("Busy", "Occupata"), `${shown(Math.round(line.load))} %`], [say("Missed ticks", "Letture mancate"), shown(line.missed)],
        ]} />
        <DeviceList devices={line.devices} readings={[...readings.values()]} />
      </Card>
      <Card title={say("Line quality", "Qualità della linea")}><Counters line={id} /></Card>
      <Advice names={[id, ...line.devices.map((one) => one.id)]} />
      {mayChange && <CheckCard name={id} />}
      <HexLog title={say("On the wire", "Sul filo")} query={`line=${encodeURIComponent(id)}`} />
    </>
  );
}

/** What the counters of the lines suggest. */
function Advice({ names }: { names: string[] }) {
  const { answer } = useAnswer<Cause[]>("/api/commission/advice");
  return <>{answer?.filter((one) => names.includes(one.where)).map((one) => <CauseNotice key={`${one.kind} ${one.where}`} cause={one} />)}</>;
}

/** The counters of a line's devices, or of one of them, read again every few seconds. */
export function Counters({ line, device }: { line: string; device?: string }) {
  const { answer, problem } = useRepeated<LinesReport>("/api/lines", EVERY_MS);
  if (!answer) return problem ? <Problem text={problem} /> : <div style={{ minHeight: "5.5rem" }}><Waiting /></div>;
  const all = answer.lines.find((one) => one.id === line)?.devices ?? [];
  const shownOnes = all.filter((one) => device === undefined || one.id === device);
  return <>{shownOnes.map((one) => <DeviceCounters key={one.id} device={one} named={device === undefined} />)}</>;
}

function DeviceCounters({ device, named }: { device: DeviceQuality; named: boolean }) {
  const { tone, text } = verdict(device);
  const round = device.round_trip_p50_ms === null ? "–" : `${shown(Math.round(device.round_trip_p50_ms))} / ${shown(Math.round(device.round_trip_p95_ms ?? 0))} ms`;
  return (
    <div>
      {named && <h3>{device.id}</h3>}
      <p><Badge tone={tone}>{answeredPercent(device)}</Badge> {text}</p>
      <details>
        <summary>{say("Counters", "Contatori")}</summary>
        <Facts rows={[
          [say("Requests", "Richieste"), shown(device.sent)], [say("Responses", "Risposte"), shown(device.answered)], [say("Time-outs", "Tempi scaduti"), shown(device.timeouts)],
          [say("Checksum errors", "Errori di checksum"), shown(device.crc_errors)], [say("Exceptions", "Eccezioni"), shown(device.exceptions)], [say("Late responses", "Risposte in ritardo"), shown(device.late)],
          [say("Foreign responses", "Risposte estranee"), shown(device.foreign)], [say("Round trip, usual / slow", "Risposta, tipica / lenta"), round],
          [say("Share of the line", "Quota della linea"), `${shown(device.share)} %`],
          [say("Refused points", "Punti rifiutati"), device.uncovered.length ? device.uncovered.join(", ") : null],
        ]} />
      </details>
    </div>
  );
}
