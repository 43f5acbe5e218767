// Whether what is shown is up to date.
import { say } from "../../shared/say.ts";
import { clockText } from "../model/times.ts";
import type { Shown } from "./shown.ts";

export function LinkState({ shown }: { shown: Shown }) {
  const { link, board } = shown;
  const text = link.state === "live" ? say("live", "in tempo reale") : link.state === "waiting" ? say("connecting", "connessione in corso")
    : say(`connection lost at ${clockText(link.sinceMs, board.zone)}: this is old`, `connessione persa alle ${clockText(link.sinceMs, board.zone)}: dati non aggiornati`);
  return <p class={`link ${link.state}`} role="status">{text}</p>;
}
