// The first look: what is wrong, the worst first, with what to do; then the gateway in figures.
import { ageText } from "../../shared/series.ts";
import { say } from "../../shared/say.ts";
import type { Cause, LocalState } from "../api.ts";
import { portName } from "../model/ports.ts";
import { attention } from "../model/attention.ts";
import { useLive } from "../live.ts";
import { Card, Facts, Notice, Waiting } from "../parts/basics.tsx";
import { CauseNotice } from "../parts/device_actions.tsx";
import { Title } from "../parts/frame.tsx";
import { useNow, useRepeated } from "../parts/hooks.ts";
import { Icon } from "../parts/icons.tsx";
import { linkTo } from "../route.ts";

const CLOCKS = { synced: () => say("set", "regolato"), holdover: () => say("runs by itself", "in autonomia"), unsynced: () => say("not set", "non regolato") };

export function Home() {
  const { state } = useLive();
  if (!state) return <><Title>{say("Home", "Inizio")}</Title><Waiting /></>;
  const devices = state.lines.flatMap((line) => line.devices);
  return (
    <>
      <Verdict state={state} empty={devices.length === 0} />
      {devices.length === 0 && <Empty />}
      {devices.length > 0 && <Lines state={state} />}
      <Uplink state={state} />
      <Machine state={state} />
      {devices.length > 1 && <Together />}
    </>
  );
}

function Verdict({ state, empty }: { state: LocalState; empty: boolean }) {
  const found = attention(state);
  const title = found.length ? say(found.length === 1 ? "One thing needs attention" : `${found.length} things need attention`,
    found.length === 1 ? "Un problema da risolvere" : `${found.length} problemi da risolvere`)
    : empty ? say("Ready for its devices", "Pronto per i dispositivi") : say("All is well", "Tutto in ordine");
  return (
    <>
      <Title>{title}</Title>
      {found.length === 0 && !empty && <Notice tone="good" title={say("Every device answers, and the centre is connected.", "Ogni dispositivo risponde e il centro è collegato.")} />}
      {found.map((one) => (
        <Notice key={one.what} tone={one.tone} title={one.what}>
          {one.todo}
          {one.href && <div><a class="button plain" style={{ marginLeft: "-.6rem" }} href={one.href}>{say("Look at it", "Vedi")}<Icon name="next" size={20} /></a></div>}
        </Notice>
      ))}
    </>
  );
}

/** What does not fit between the values of several devices. */
function Together() {
  const { answer } = useRepeated<Cause[]>("/api/commission/plausibility", TOGETHER_EVERY_MS);
  return <>{answer?.map((one) => <CauseNotice key={`${one.kind} ${one.where}`} cause={one} />)}</>;
}

const TOGETHER_EVERY_MS = 60_000;

const Empty = () => (
  <Card title={say("No devices yet", "Ancora nessun dispositivo")}>
    <p>{say("Wire the devices, switch them on, and let the gateway look for them.", "Collegare i dispositivi, accenderli e lasciare che il gateway li cerchi.")}</p>
    <a class="button primary wide" href={linkTo("scan")}><Icon name="scan" />{say("Look for devices", "Cerca dispositivi")}</a>
  </Card>
);

const Lines = ({ state }: { state: LocalState }) => (
  <Card title={say("Lines", "Linee")}>
    <ul class="list">
      {state.lines.map((line) => {
        const answering = line.devices.filter((device) => device.state === "answers").length;
        const tone = line.broken || line.stalled || (line.devices.length && !answering) ? "bad" : answering < line.devices.length ? "warn" : "";
        return (
          <li key={line.id}>
            <a class="row" href={linkTo("line", [line.id])}>
              <i class={`dot ${tone}`} />
              <span class="grow"><b>{line.id}</b><small class="quiet">{portName(line.port)}</small></span>
              <span class="number">{say(`${answering} of ${line.devices.length} answer`, `${answering} su ${line.devices.length} rispondono`)}</span>
              <Icon name="next" size={20} />
            </a>
          </li>
        );
      })}
    </ul>
  </Card>
);

const Uplink = ({ state: { uplink } }: { state: LocalState }) => (
  <Card title={say("Connection to the centre", "Collegamento con il centro")}>
    <Facts rows={[
      [say("State", "Stato"), uplink.connected ? say("connected", "collegato") : say("not connected", "non collegato")],
      [say("Broker", "Broker"), uplink.broker],
      [say("Batches waiting", "Lotti in attesa"), uplink.waiting ?? "–"],
      [say("Certificate", "Certificato"), uplink.certificate_days === null ? null : say(`${Math.floor(uplink.certificate_days)} days left`, `ancora ${Math.floor(uplink.certificate_days)} giorni`)],
    ]} />
  </Card>
);

function Machine({ state }: { state: LocalState }) {
  const { aheadMs } = useLive();
  const nowMs = useNow() + aheadMs;
  return (
    <Card title={say("This gateway", "Questo gateway")}>
      <Facts rows={[
        [say("Clock", "Orologio"), `${new Date(nowMs).toLocaleTimeString(say("en-GB", "it"))}, ${CLOCKS[state.clock]()}`],
        [say("Disk free", "Disco libero"), state.disk_free === null ? "–" : `${Math.round(state.disk_free)} %`],
        [say("Running for", "Acceso da"), ageText(state.now_ms - 1000 * state.up_s, nowMs)],
        [say("Readings since then", "Letture da allora"), state.readings.toLocaleString(say("en", "it"))],
        [say("Software", "Software"), state.identity.version], [say("Machine", "Macchina"), state.identity.host],
      ]} />
    </Card>
  );
}
