// Before anything is shown: the code on the gateway's label.
import { useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { Session } from "../api.ts";
import { post } from "../client.ts";
import { Problem, TextField, WorkButton } from "../parts/basics.tsx";
import { useWork } from "../parts/hooks.ts";

export function Login({ gateway, onLogin, onLanguage }: { gateway: string; onLogin: (session: Session) => void; onLanguage: () => void }) {
  const [code, setCode] = useState("");
  const login = useWork(async () => onLogin(await post<Session>("/api/login", { code: code.trim() })));
  return (
    <main class="login">
      <img class="mark" src="/static/icon.svg" alt="" width="64" height="64" />
      <h1>{gateway || say("Street gateway", "Gateway stradale")}</h1>
      <form class="card" onSubmit={(event) => { event.preventDefault(); login.run(); }}>
        <TextField label={say("Code", "Codice")} value={code} onInput={setCode} class="code" autocapitalize="characters" maxLength={64} disabled={login.busy}
          hint={say("It is on the gateway's label, or ask for it at the centre.", "È sull'etichetta del gateway, o si chiede al centro.")} />
        <Problem text={login.problem} />
        <WorkButton type="submit" class="primary wide" busy={login.busy}>{say("Log in", "Accedi")}</WorkButton>
      </form>
      <button type="button" class="plain" lang={say("it", "en")} onClick={onLanguage}>{say("Italiano", "English")}</button>
    </main>
  );
}
