// The gateway's log as it is written.
import { useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { LogRecord } from "../api.ts";
import { Choices } from "../parts/basics.tsx";
import { Title } from "../parts/frame.tsx";
import { useLast } from "../parts/hooks.ts";
import { linkTo } from "../route.ts";

const RECORDS_MOST = 2000;
const SHOWN_MOST = 300;
const LEVELS = ["info", "warning", "error"] as const;

export function Log() {
  const [level, setLevel] = useState<(typeof LEVELS)[number]>("info");
  const records = useLast<LogRecord>("/api/log/events", "records", RECORDS_MOST);
  const wanted = records.filter((one) => LEVELS.indexOf(one.level) >= LEVELS.indexOf(level)).slice(-SHOWN_MOST);
  return (
    <>
      <Title back={[linkTo("more"), say("More", "Altro")]}>{say("Log", "Registro")}</Title>
      <Choices label={say("Show", "Mostra")} chosen={level} onChoose={setLevel}
        options={[["info", say("Everything", "Tutto")], ["warning", say("Warnings", "Avvisi")], ["error", say("Errors", "Errori")]]} />
      <ol class="log" tabIndex={0} aria-label={say("Log", "Registro")} lang="en">
        {wanted.length === 0 && <li class="quiet" lang={say("en", "it")}>{say("Nothing.", "Niente.")}</li>}
        {wanted.toReversed().map((one) => (
          <li key={one.number} class={one.level === "info" ? "" : "bad"}>{new Date(one.t_ms).toLocaleTimeString("en-GB")} {one.message}</li>
        ))}
      </ol>
    </>
  );
}
