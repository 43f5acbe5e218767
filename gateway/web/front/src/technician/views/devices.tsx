// All devices by their lines.
import { say } from "../../shared/say.ts";
import { shown, inUnit, unit } from "../../shared/words.ts";
import type { DeviceView, LineView, LiveReading } from "../api.ts";
import { useLive } from "../live.ts";
import { portName } from "../model/ports.ts";
import { headline } from "../model/readings.ts";
import { Card, Waiting } from "../parts/basics.tsx";
import { Title } from "../parts/frame.tsx";
import { Icon } from "../parts/icons.tsx";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";

const DOTS = { answers: "", silent: "bad", off: "off", "not yet heard": "off" };

export const stateText = (state: DeviceView["state"]): string => ({
  answers: say("answers", "risponde"), silent: say("does not answer", "non risponde"), off: say("has no power", "senza alimentazione"), "not yet heard": say("not yet heard", "non ancora sentito"),
}[state]);

export const DeviceDot = ({ state }: { state: DeviceView["state"] }) => <i class={`dot ${DOTS[state]}`} />;

export function Devices() {
  const { state, readings } = useLive();
  const mayChange = useMayChange();
  if (!state) return <><Title>{say("Devices", "Dispositivi")}</Title><Waiting /></>;
  const all = [...readings.values()];
  return (
    <>
      <Title>{say("Devices", "Dispositivi")}</Title>
      {state.lines.length === 0 && <p class="quiet">{say("None yet.", "Ancora nessuno.")}</p>}
      {state.lines.map((line) => <LineCard key={line.id} line={line} readings={all} />)}
      {mayChange && <a class="button wide" href={linkTo("scan")}><Icon name="scan" />{say("Look for devices", "Cerca dispositivi")}</a>}
    </>
  );
}

const LineCard = ({ line, readings }: { line: LineView; readings: LiveReading[] }) => (
  <Card title={line.id} action={<a class="button plain" href={linkTo("line", [line.id])}>{say("Line quality", "Qualità della linea")}</a>}>
    <p class="quiet small">{portName(line.port)} · {say(`${Math.round(line.load)} % busy`, `occupata al ${Math.round(line.load)} %`)}</p>
    <DeviceList devices={line.devices} readings={readings} />
  </Card>
);

export const DeviceList = ({ devices, readings }: { devices: DeviceView[]; readings: LiveReading[] }) => (
  <ul class="list">
    {devices.map((device) => {
      const first = headline(readings.filter((one) => one.device === device.id));
      return (
        <li key={device.id}>
          <a class="row" href={linkTo("device", [device.id])}>
            <DeviceDot state={device.state} />
            <span class="grow"><b>{device.asset}</b><small class="quiet">{device.model}{device.unit === null ? "" : ` · ${say("address", "indirizzo")} ${device.unit}`}</small></span>
            <span class="number">{device.state === "answers" && first ? `${shown(inUnit(first.value, first.unit))} ${unit(first.unit)}` : <small>{stateText(device.state)}</small>}</span>
            <Icon name="next" size={20} />
          </a>
        </li>
      );
    })}
  </ul>
);
