// What the site file says about a device, in a form, with the line's load that is to be expected.
import { useEffect, useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import { shown } from "../../shared/words.ts";
import type { DeviceForm, LoadForecast } from "../api.ts";
import { post } from "../client.ts";
import { useConfig } from "../config.ts";
import { linkTo } from "../route.ts";
import { Card, Notice, Problem, TextField, WorkButton } from "./basics.tsx";
import { useAnswer, useWork } from "./hooks.ts";
import { Load } from "./load.tsx";

const USUAL = "", INTERVALS_S = [1, 5, 10, 30, 60, 300, 900, 3600];

export function SettingsCard({ device }: { device: string }) {
  const { answer, problem } = useAnswer<DeviceForm>(`/api/commission/form/${encodeURIComponent(device)}`);
  return (
    <Card title={say("Interval and settings", "Intervallo e impostazioni")}>
      <Problem text={problem} />
      {answer ? <Form before={answer} /> : <div style={{ minHeight: "40rem" }} />}
    </Card>
  );
}

/** A number as it is typed, with a comma or a point; null if it is none. */
const numberOf = (text: string): number | null => (/^\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : null);

function Form({ before }: { before: DeviceForm }) {
  const { refresh } = useConfig();
  const [every, setEvery] = useState(before.every_s === null ? USUAL : String(before.every_s));
  const [meter, setMeter] = useState(before.meter ?? "");
  const [reversed, setReversed] = useState(before.reversed);
  const [current, setCurrent] = useState(String(before.current_ratio));
  const [voltage, setVoltage] = useState(String(before.voltage_ratio));
  const [forecast, setForecast] = useState<LoadForecast | null>(null);
  const everyS = every === USUAL ? null : numberOf(every);
  const ratios = [numberOf(current), numberOf(voltage)];
  const valid = (every === USUAL || everyS !== null) && (!before.is_meter || ratios.every((one) => one !== null && one > 0));
  const change = { device: before.device, every_s: everyS, ...(before.is_meter ? { meter: meter.trim() || null, reversed, current_ratio: ratios[0], voltage_ratio: ratios[1] } : {}) };
  const ask = useWork(async () => setForecast(await post<LoadForecast>("/api/commission/change/load", { device: before.device, every_s: everyS })));
  const save = useWork(async () => {
    await post("/api/commission/change", change);
    refresh();
    location.hash = linkTo("changes");
  });
  useEffect(() => { if (every === USUAL || everyS !== null) ask.run(); }, [every]);
  return (
    <form style={{ display: "grid", gap: ".8rem" }} onSubmit={(event) => { event.preventDefault(); save.run(); }}>
      <IntervalField before={before} every={every} onEvery={setEvery} />
      <Problem text={ask.problem} />
      <div style={{ minHeight: "3.2rem" }}>{forecast && <Load forecast={forecast} />}</div>
      {before.is_meter && (
        <>
          <TextField label={say("Number of the meter", "Matricola del contatore")} value={meter} onInput={setMeter} autocapitalize="none" maxLength={64}
            hint={say("A new number starts new energy registers.", "Un nuovo numero avvia nuovi totalizzatori di energia.")} />
          <TextField label={say("Current transformers, ratio", "Trasformatori di corrente, rapporto")} value={current} onInput={setCurrent} inputMode="decimal"
            hint={say("For example 40 for 200/5 A; 1 if the meter is set to it.", "Per esempio 40 per 200/5 A; 1 se è impostato nel contatore.")} />
          <TextField label={say("Voltage transformers, ratio", "Trasformatori di tensione, rapporto")} value={voltage} onInput={setVoltage} inputMode="decimal" />
          <label class="option"><input type="checkbox" checked={reversed} onChange={(event) => setReversed(event.currentTarget.checked)} /><span>{say("All current transformers are turned round", "Tutti i trasformatori di corrente sono girati")}</span></label>
        </>
      )}
      {!valid && <Notice tone="warn" title={say("Write numbers, such as 10 or 0.5.", "Scrivere numeri, come 10 o 0,5.")} />}
      <Problem text={save.problem} />
      <WorkButton type="submit" class="wide" busy={save.busy} disabled={!valid}>{say("Put it into the changes", "Inserisci nelle modifiche")}</WorkButton>
    </form>
  );
}

function IntervalField({ before, every, onEvery }: { before: DeviceForm; every: string; onEvery: (every: string) => void }) {
  const known = [...new Set([...INTERVALS_S.map(String), ...(before.every_s === null ? [] : [String(before.every_s)])])].sort((one, other) => Number(one) - Number(other));
  return (
    <label class="label">{say("Read every", "Leggi ogni")}
      <select value={every} onChange={(event) => onEvery(event.currentTarget.value)}>
        <option value={USUAL}>{say(`usual: ${shown(before.usual_s)} s`, `usuale: ${shown(before.usual_s)} s`)}</option>
        {known.map((one) => <option key={one} value={one}>{intervalText(Number(one))}</option>)}
      </select>
    </label>
  );
}

function intervalText(everyS: number): string {
  if (everyS === 0) return say("as often as possible", "il più spesso possibile");
  return everyS < 60 || everyS % 60 ? `${shown(everyS)} s` : `${shown(everyS / 60)} min`;
}
