// What the counters of a device say. Pure.
import { say } from "../../shared/say.ts";
import { shown } from "../../shared/words.ts";
import type { DeviceQuality } from "../api.ts";

/** Shares of failed requests, in percent, from which a line is not good, and bad. */
const WARN_PERCENT = 1, BAD_PERCENT = 10;

export const answeredPercent = (device: DeviceQuality): string => (device.sent ? `${shown(Math.floor((1000 * device.answered) / device.sent) / 10)} %` : "–");

/** Return how well a device is read, in words that say what to check. */
export function verdict(device: DeviceQuality): { tone: "good" | "warn" | "bad" | ""; text: string } {
  if (!device.sent) return { tone: "", text: say("Not asked yet.", "Non ancora interrogato.") };
  if (!device.answered) return { tone: "bad", text: say("Never answered: check power, A and B, address, baud rate and parity.", "Mai risposto: controllare alimentazione, A e B, indirizzo, velocità e parità.") };
  const failed = (100 * (device.sent - device.answered)) / device.sent;
  if (failed < WARN_PERCENT) return { tone: "good", text: say("Answers as it should.", "Risponde regolarmente.") };
  const tone = failed < BAD_PERCENT ? "warn" : "bad";
  if (device.foreign > device.timeouts) return { tone, text: say("Another device answers in between: look for a double address or a second master.", "Risponde anche un altro dispositivo: cercare un indirizzo doppio o un secondo master.") };
  if (device.crc_errors > device.timeouts) return { tone, text: say("Damaged responses: check termination, shield, and cables beside power lines.", "Risposte danneggiate: controllare terminazione, schermo e cavi vicini a linee di potenza.") };
  return { tone, text: say("Responses are missing: check clamps, termination, and the length of the line.", "Mancano risposte: controllare morsetti, terminazione e lunghezza della linea.") };
}
