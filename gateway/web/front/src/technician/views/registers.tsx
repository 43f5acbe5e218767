// Reads registers of a Modbus device, as its data sheet numbers them.
import { useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { RegisterAnswer, RegisterTable } from "../api.ts";
import { post } from "../client.ts";
import { useLive } from "../live.ts";
import { rowsOf } from "../model/registers.ts";
import { Card, Choices, Notice, Problem, TextField, Waiting, WorkButton } from "../parts/basics.tsx";
import { Title } from "../parts/frame.tsx";
import { useWork } from "../parts/hooks.ts";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";

const STATUS: Record<RegisterAnswer["status"], () => string> = {
  done: () => "", refused: () => say("The device refuses this register.", "Il dispositivo rifiuta questo registro."), "no response": () => say("The device does not answer.", "Il dispositivo non risponde."),
  expired: () => say("The line was too busy to ask in time. Try again.", "La linea era troppo occupata. Riprovare."), "line down": () => say("The port can't be used at present.", "La porta non è utilizzabile al momento."),
};

interface Read {
  address: number;
  answer: RegisterAnswer;
}

export function Registers({ first }: { first: string | null }) {
  const { state } = useLive();
  const mayChange = useMayChange();
  const [device, setDevice] = useState(first ?? "");
  const [table, setTable] = useState<RegisterTable>("holding");
  const [address, setAddress] = useState("0"), [count, setCount] = useState("2");
  const [read, setRead] = useState<Read | null>(null);
  const work = useWork(async () => {
    const answer = await post<RegisterAnswer>("/api/registers/read", { device: chosen, table, address: Number(address), count: Number(count) });
    setRead({ address: Number(address), answer });
  });
  if (!state) return <Waiting />;
  const devices = state.lines.flatMap((line) => line.devices).filter((one) => one.unit !== null);
  const chosen = device || devices[0]?.id || "";
  const valid = Number(address) >= 0 && Number(address) <= 65_535 && Number(count) >= 1 && Number(count) <= 125;
  return (
    <>
      <Title back={[linkTo("more"), say("More", "Altro")]}>{say("Read a register", "Leggi un registro")}</Title>
      <form class="card" onSubmit={(event) => { event.preventDefault(); work.run(); }}>
        <div>
          <label for="device">{say("Device", "Dispositivo")}</label>
          <select id="device" value={chosen} onChange={(event) => setDevice(event.currentTarget.value)}>
            {devices.map((one) => <option key={one.id} value={one.id}>{one.asset}, {one.model}, {one.unit}</option>)}
          </select>
        </div>
        <Choices label={say("Table", "Tabella")} chosen={table} onChoose={setTable}
          options={[["holding", "holding (3)"], ["input", "input (4)"], ["coil", "coil (1)"], ["discrete", "discrete (2)"]]} />
        <div class="pair">
          <TextField label={say("Address, from 0", "Indirizzo, da 0")} value={address} onInput={setAddress} inputMode="numeric" />
          <TextField label={say("How many", "Quanti")} value={count} onInput={setCount} inputMode="numeric" />
        </div>
        <Problem text={work.problem} />
        <WorkButton type="submit" class="primary wide" busy={work.busy} disabled={!mayChange || !chosen || !valid}>{say("Read", "Leggi")}</WorkButton>
        {!mayChange && <p class="hint">{say("In read-only mode nothing is sent to devices.", "In sola lettura non si invia niente ai dispositivi.")}</p>}
      </form>
      {read && <Answer {...read} />}
    </>
  );
}

function Answer({ address, answer }: Read) {
  if (answer.status !== "done") {
    return <Notice tone="warn" title={STATUS[answer.status]()}>{answer.reason}{answer.exception === null ? "" : ` (${say("exception", "eccezione")} ${answer.exception})`}</Notice>;
  }
  return (
    <Card title={say("Answer", "Risposta")}>
      <div class="table">
        <table>
          <thead><tr><th>{say("Address", "Indirizzo")}</th><th class="end">hex</th><th class="end">{"0…65535"}</th><th class="end">{"±"}</th><th class="end">float32</th></tr></thead>
          <tbody>{rowsOf(address, answer).map((row) => <tr key={row.address}><td>{row.address}</td><td class="end mono">{row.hex}</td><td class="end">{row.unsigned}</td><td class="end">{row.signed}</td><td class="end">{row.float}</td></tr>)}</tbody>
        </table>
      </div>
    </Card>
  );
}
