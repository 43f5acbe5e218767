// What needs attention first, and what to do about it. Pure: the gateway's state in, sentences out.
import { say } from "../../shared/say.ts";
import type { DeviceView, LineView, LocalState, UplinkView } from "../api.ts";
import { linkTo } from "../route.ts";
import { portName } from "./ports.ts";

/** Something that is wrong: in one sentence, with what to do, and where to see more. */
export interface Attention {
  tone: "bad" | "warn";
  what: string;
  todo: string;
  href?: string;
}

const DISK_LOW_PERCENT = 10;
const DISK_FULL_PERCENT = 3;
const LOAD_HIGH_PERCENT = 90;
const CERTIFICATE_SOON_DAYS = 14;

/** Return what is wrong with a gateway, the worst first. */
export function attention(state: LocalState): Attention[] {
  const found = [...ofUplink(state.uplink), ...state.lines.flatMap(ofLine), ...ofClock(state), ...ofDisk(state)];
  if (!state.ok && !found.some((one) => one.tone === "bad")) found.push(another());
  return [...found.filter((one) => one.tone === "bad"), ...found.filter((one) => one.tone === "warn")];
}

/** A fault that the gateway knows of, and this page does not. */
const another = (): Attention => ({
  tone: "bad", href: linkTo("doctor"), what: say("The gateway reports a fault.", "Il gateway segnala un guasto."), todo: say("Run the doctor: it says which.", "Avviare la diagnosi: dice quale."),
});

function ofUplink(uplink: UplinkView): Attention[] {
  const found: Attention[] = [];
  if (!uplink.connected) {
    found.push({ tone: "bad", href: linkTo("doctor"), what: say("No connection to the centre.", "Nessuna connessione con il centro."),
      todo: say("Readings are kept here and sent later. Check the antenna or the network cable, then run the doctor.",
        "Le letture restano qui e saranno inviate dopo. Controllare l'antenna o il cavo di rete, poi avviare la diagnosi.") });
  }
  if (uplink.cloned_by) {
    found.push({ tone: "bad", what: say(`Another machine, ${uplink.cloned_by}, uses this gateway's name.`, `Un'altra macchina, ${uplink.cloned_by}, usa il nome di questo gateway.`),
      todo: say("Switch off one of the two: this one if it is the copy.", "Spegnere una delle due: questa, se è la copia.") });
  }
  if (uplink.certificate_days !== null && uplink.certificate_days < CERTIFICATE_SOON_DAYS) {
    const days = Math.max(0, Math.floor(uplink.certificate_days));
    found.push({ tone: uplink.certificate_days <= 0 ? "bad" : "warn", href: linkTo("doctor"),
      what: uplink.certificate_days <= 0 ? say("The certificate has expired.", "Il certificato è scaduto.") : say(`The certificate ends in ${days} days.`, `Il certificato scade tra ${days} giorni.`),
      todo: say("It is renewed over the connection to the centre; if that works, tell the centre.", "Si rinnova tramite il collegamento con il centro; se questo funziona, avvisare il centro.") });
  }
  return found;
}

function ofLine(line: LineView): Attention[] {
  const href = linkTo("line", [line.id]);
  if (line.broken) {
    return [{ tone: "bad", href, what: say(`Line ${line.id}: ${portName(line.port)} can't be used.`, `Linea ${line.id}: ${portName(line.port)} non è utilizzabile.`),
      todo: line.kind === "serial" ? say("Check that the adapter is plugged in.", "Controllare che l'adattatore sia collegato.")
        : say("Check the network cable and the power of the device server.", "Controllare il cavo di rete e l'alimentazione del convertitore.") }];
  }
  const silent = line.devices.filter((device) => device.state === "silent");
  const found: Attention[] = [];
  if (silent.length > 1 && silent.length === line.devices.length) {
    found.push({ tone: "bad", href, what: say(`Line ${line.id}: no device answers.`, `Linea ${line.id}: nessun dispositivo risponde.`),
      todo: say("Check that A and B are not swapped, the power of the devices, and the termination.", "Controllare che A e B non siano invertiti, l'alimentazione dei dispositivi e la terminazione.") });
  } else found.push(...silent.map(ofSilent));
  if (line.stalled) {
    found.push({ tone: "bad", href, what: say(`Line ${line.id} makes no progress.`, `La linea ${line.id} è bloccata.`), todo: say("Unplug the adapter and plug it in again.", "Scollegare e ricollegare l'adattatore.") });
  }
  if (line.load > LOAD_HIGH_PERCENT) {
    found.push({ tone: "warn", href, what: say(`Line ${line.id} is ${Math.round(line.load)} % busy.`, `La linea ${line.id} è occupata al ${Math.round(line.load)} %.`),
      todo: say("Read its devices less often.", "Leggere meno spesso i suoi dispositivi.") });
  }
  return found;
}

const ofSilent = (device: DeviceView): Attention => ({
  tone: "bad", href: linkTo("device", [device.id]), what: say(`${device.id} does not answer.`, `${device.id} non risponde.`),
  todo: device.unit === null ? say("Check its power and its wiring.", "Controllare l'alimentazione e il cablaggio.")
    : say(`Check its power, its wiring, and that its address is ${device.unit}.`, `Controllare l'alimentazione, il cablaggio e che l'indirizzo sia ${device.unit}.`),
});

function ofClock(state: LocalState): Attention[] {
  if (state.clock !== "unsynced") return [];
  return [{ tone: "warn", href: linkTo("doctor"), what: say("The clock is not set.", "L'orologio non è regolato."),
    todo: say("Readings get their times when the gateway has a connection. Nothing to do here if it has one soon.",
      "Le letture avranno l'ora corretta con il collegamento. Niente da fare, se il collegamento arriva presto.") }];
}

function ofDisk(state: LocalState): Attention[] {
  if (state.disk_free === null || state.disk_free > DISK_LOW_PERCENT) return [];
  const free = Math.round(state.disk_free);
  return [{ tone: state.disk_free < DISK_FULL_PERCENT ? "bad" : "warn", href: linkTo("doctor"),
    what: say(`Only ${free} % of the disk is free.`, `Solo il ${free} % del disco è libero.`),
    todo: say("Run the doctor: it says what fills it.", "Avviare la diagnosi: indica che cosa lo riempie.") }];
}
