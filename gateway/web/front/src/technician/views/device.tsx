// One device: its values now, one of them over the last day, its line quality, and what passes on the wire.
import { useEffect, useState } from "preact/hooks";
import { ageText } from "../../shared/series.ts";
import { say } from "../../shared/say.ts";
import { fieldName, inUnit, qualityText, shown, unit } from "../../shared/words.ts";
import type { DeviceView, LineView, LiveReading, LiveValue, Series, SeriesPoints } from "../api.ts";
import { useLive } from "../live.ts";
import { latestMs } from "../model/readings.ts";
import { Card, Facts, Notice, Problem, Waiting } from "../parts/basics.tsx";
import { Chart } from "../parts/chart.tsx";
import { AddressCard, CheckCard, CopyCard } from "../parts/device_actions.tsx";
import { Title } from "../parts/frame.tsx";
import { HexLog } from "../parts/hex_log.tsx";
import { useAnswer, useNow } from "../parts/hooks.ts";
import { SettingsCard } from "../parts/settings_card.tsx";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";
import { DeviceDot, stateText } from "./devices.tsx";
import { Counters } from "./line.tsx";

const HOURS = 24;

/** No line is drawn where so many readings in a row are missing. */
const GAP_INTERVALS = 3.5;

export function Device({ id }: { id: string }) {
  const { state, readings } = useLive();
  const mayChange = useMayChange();
  if (!state) return <Waiting />;
  const line = state.lines.find((one) => one.devices.some((device) => device.id === id));
  const device = line?.devices.find((one) => one.id === id);
  const back: [string, string] = [linkTo("devices"), say("Devices", "Dispositivi")];
  if (!line || !device) return <Title back={back}>{say(`There is no device ${id}`, `Non esiste un dispositivo ${id}`)}</Title>;
  const own = [...readings.values()].filter((one) => one.device === id);
  return (
    <>
      <Title back={back}>{device.asset}</Title>
      <Identity device={device} line={line} readings={own} />
      <Values device={device} readings={own} />
      <Card title={say("Line quality", "Qualità della linea")}><Counters line={line.id} device={id} /></Card>
      <HexLog title={say("On the wire", "Sul filo")} query={`device=${encodeURIComponent(id)}`} />
      {mayChange && <SettingsCard device={id} />}
      {mayChange && <CheckCard name={id} />}
      {mayChange && device.unit !== null && <CopyCard device={device} />}
      {mayChange && device.unit !== null && <AddressCard device={device} />}
      {device.unit !== null && <a class="button wide" href={linkTo("registers", [], { device: id })}>{say("Read a register", "Leggi un registro")}</a>}
    </>
  );
}

function Identity({ device, line, readings }: { device: DeviceView; line: LineView; readings: LiveReading[] }) {
  const { aheadMs } = useLive();
  const nowMs = useNow() + aheadMs;
  return (
    <Card>
      <p class="head"><span><DeviceDot state={device.state} /> <b>{stateText(device.state)}</b></span>
        <span class="quiet number">{say("read", "letto")} {ageText(Math.max(latestMs(readings), device.last_ms ?? NaN), nowMs)} {say("ago", "fa")}</span></p>
      {device.state === "silent" && (
        <Notice tone="bad" title={say("Check, in this order:", "Controllare, in quest'ordine:")}>
          <ol class="reasons">
            <li>{say("the device has power", "il dispositivo è alimentato")}</li>
            <li>{say("A and B are not swapped", "A e B non sono invertiti")}</li>
            {device.unit !== null && <li>{say(`its address is ${device.unit}, and no other device has it`, `il suo indirizzo è ${device.unit}, e nessun altro lo usa`)}</li>}
            <li>{say("its baud rate and parity are those of the line", "velocità e parità sono quelle della linea")}</li>
          </ol>
        </Notice>
      )}
      <Facts rows={[
        [say("Product", "Prodotto"), device.model], [say("Line", "Linea"), <a href={linkTo("line", [line.id])}>{line.id}</a>],
        [say("Address", "Indirizzo"), device.unit], [say("Read every", "Letto ogni"), device.every_s ? `${shown(device.every_s)} s` : say("as often as possible", "il più spesso possibile")],
        [say("Name", "Nome"), device.id],
      ]} />
    </Card>
  );
}

const seriesKey = (one: { asset: string; measurement: string; field: string }): string => `${one.asset}/${one.measurement}/${one.field}`;

function Values({ device, readings }: { device: DeviceView; readings: LiveReading[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const { answer: all } = useAnswer<Series[]>("/api/charts");
  const series = (all ?? []).filter((one) => one.device === device.id);
  const several = new Set(readings.map((one) => one.asset)).size > 1;
  const picked = series.find((one) => seriesKey(one) === chosen);
  return (
    <Card title={say("Values now", "Valori attuali")}>
      {readings.length === 0 && <p class="quiet">{say("No reading yet.", "Ancora nessuna lettura.")}</p>}
      {readings.map((reading) => (
        <div key={`${reading.asset}/${reading.measurement}`}>
          {several && <h3>{reading.asset}</h3>}
          <div class="values">
            {reading.values.map((value) => {
              const key = seriesKey({ ...reading, field: value.field });
              return <ValueButton key={key} value={value} pressed={key === chosen} onPress={() => setChosen(key === chosen ? null : key)} />;
            })}
          </div>
        </div>
      ))}
      {readings.length > 0 && !picked && <p class="hint">{say("Tap a value to see its last day.", "Toccare un valore per vederne le ultime 24 ore.")}</p>}
      {picked && <LastDay series={picked} />}
    </Card>
  );
}

const ValueButton = ({ value, pressed, onPress }: { value: LiveValue; pressed: boolean; onPress: () => void }) => (
  <button type="button" class={`value ${value.value === null ? "bad" : ""}`} aria-pressed={pressed} onClick={onPress}><Value value={value} /></button>
);

export const Value = ({ value }: { value: LiveValue }) => (
  <>
    <span>{fieldName(value.field)}</span>
    <b>{value.value === null ? qualityText(value.quality) : <>{shown(inUnit(value.value, value.unit))} <small>{unit(value.unit)}</small></>}</b>
  </>
);

function LastDay({ series }: { series: Series }) {
  const query = new URLSearchParams({ device: series.device, asset: series.asset, measurement: series.measurement, field: series.field, hours: String(HOURS) });
  const { answer, problem, ask } = useAnswer<SeriesPoints>(`/api/charts/points?${query}`);
  useEffect(() => {
    const timer = setInterval(ask, 60_000);
    return () => clearInterval(timer);
  }, []);
  const spanS = answer ? (answer.to_ms - answer.from_ms) / 1000 : 0;
  return (
    <>
      <h3>{fieldName(series.field)}, {say("last 24 hours", "ultime 24 ore")}</h3>
      <Problem text={problem} />
      <Chart charted={answer && { field: series.field, unit: answer.unit, points: answer.points, apartS: Math.max(GAP_INTERVALS * answer.every_s, spanS / 250), spanS, toS: answer.to_ms / 1000 }} />
    </>
  );
}

