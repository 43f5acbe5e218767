// Everything that is needed less often.
import { useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { FlashingLed } from "../api.ts";
import { useLive } from "../live.ts";
import { get, post, RequestFailed } from "../client.ts";
import { Card, Notice, Problem, TextField, WorkButton } from "../parts/basics.tsx";
import { Title } from "../parts/frame.tsx";
import { useWork } from "../parts/hooks.ts";
import { Icon } from "../parts/icons.tsx";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";

export function More({ onLogout }: { onLogout: () => void }) {
  const mayChange = useMayChange();
  const logout = useWork(async () => {
    await post("/api/logout");
    onLogout();
  });
  const views: [view: string, name: string, about: string][] = [
    ["report", say("Report", "Rapporto"), say("Is everything in order? To print, and to send to the centre", "È tutto in ordine? Da stampare e inviare al centro")],
    ["doctor", say("Doctor", "Diagnosi"), say("Checks this machine, its network and its disk", "Controlla la macchina, la rete e il disco")],
    ["certificate", say("Certificate", "Certificato"), say("Enrol the gateway with its one-time code", "Registra il gateway con il codice monouso")],
    ["registers", say("Read a register", "Leggi un registro"), say("From a Modbus device, between two polls", "Da un dispositivo Modbus, tra due letture")],
    ["log", say("Log", "Registro"), say("What the gateway did, and what went wrong", "Che cosa ha fatto il gateway, e gli errori")],
  ];
  return (
    <>
      <Title>{say("More", "Altro")}</Title>
      <Card>
        <ul class="list">
          {views.map(([view, name, about]) => (
            <li key={view}><a class="row" href={linkTo(view)}><span class="grow"><b>{name}</b><small class="quiet">{about}</small></span><Icon name="next" size={20} /></a></li>
          ))}
          <li><a class="row" href="/api/diagnostics" download=""><span class="grow"><b>{say("Diagnostics bundle", "Pacchetto diagnostico")}</b>
            <small class="quiet">{say("One file for support, without secrets", "Un file per l'assistenza, senza segreti")}</small></span><Icon name="next" size={20} /></a></li>
        </ul>
      </Card>
      {mayChange && <Identify />}
      {mayChange && <Restart />}
      {!mayChange && <Notice tone="note" title={say("You may look, and change nothing.", "È possibile guardare, non modificare.")}>{say("Log in with the code of the label to change something.", "Per modificare, accedere con il codice dell'etichetta.")}</Notice>}
      <Problem text={logout.problem} />
      <WorkButton class="wide" busy={logout.busy} onClick={logout.run}>{say("Log out", "Esci")}</WorkButton>
    </>
  );
}

/** Flashes the LED of the board, to find it among several. */
function Identify() {
  const [found, setFound] = useState<FlashingLed | null>(null);
  const flash = useWork(async () => {
    setFound(null);
    setFound(await post<FlashingLed>("/api/identify"));
  });
  return (
    <Card title={say("Which box is it?", "Qual è la scatola?")}>
      <WorkButton class="wide" busy={flash.busy} onClick={flash.run}>{say("Flash its LED", "Fai lampeggiare il LED")}</WorkButton>
      <Problem text={flash.problem} />
      {found && <Notice tone="good" title={say(`The LED ${found.led} flashes twice, pauses, and again, for ${found.seconds} s.`, `Il LED ${found.led} fa due lampi e una pausa, per ${found.seconds} s.`)} />}
    </Card>
  );
}

const AGAIN_MS = 1000, RESTART_MOST_MS = 120_000;

/** Wait until the gateway answers again. */
async function answering(): Promise<void> {
  const until = Date.now() + RESTART_MOST_MS;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    try {
      await get("/api/session");
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      if (error instanceof RequestFailed && error.status >= 400 && error.status < 500) throw error;
    }
  }
}

function Restart() {
  const { state } = useLive();
  const [name, setName] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const gateway = state?.identity.gateway ?? "";
  const restart = useWork(async () => {
    setDone(false);
    await post("/api/restart", { confirm: name });
    await answering();
    setDone(true);
    setName(null);
  });
  return (
    <Card title={say("Restart", "Riavvio")}>
      {done && <Notice tone="good" title={say("The gateway has restarted.", "Il gateway è stato riavviato.")} />}
      {name === null
        ? <button type="button" class="danger wide" onClick={() => setName("")}>{say("Restart the gateway", "Riavvia il gateway")}</button>
        : (
          <form style={{ display: "grid", gap: ".7rem" }} onSubmit={(event) => { event.preventDefault(); restart.run(); }}>
            <TextField label={say(`Type ${gateway} to restart it`, `Scrivere ${gateway} per riavviarlo`)} value={name} onInput={setName} disabled={restart.busy} autocapitalize="none"
              hint={say("It reads nothing for some seconds.", "Non legge niente per alcuni secondi.")} />
            <Problem text={restart.problem} />
            <div class="buttons">
              <button type="button" onClick={() => setName(null)}>{say("Cancel", "Annulla")}</button>
              <WorkButton type="submit" class="danger" busy={restart.busy} disabled={name.trim() !== gateway}>{say("Restart", "Riavvia")}</WorkButton>
            </div>
          </form>
        )}
    </Card>
  );
}
