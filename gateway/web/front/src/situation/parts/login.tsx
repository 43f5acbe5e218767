// Before anything is shown: who uses the page.
import { useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { Session } from "../api.ts";
import { logIn } from "../client.ts";

export function Login({ onLogin, onLanguage }: { onLogin: (session: Session) => void; onLanguage: () => void }) {
  const [name, setName] = useState(""), [password, setPassword] = useState("");
  const [problem, setProblem] = useState(""), [isBusy, setIsBusy] = useState(false);
  const send = (event: Event): void => {
    event.preventDefault();
    setIsBusy(true);
    logIn(name.trim(), password).then(onLogin, (error: Error) => { setProblem(error.message); setIsBusy(false); });
  };
  return (
    <main class="login">
      <h1>Situation Room</h1>
      <form class="card" onSubmit={send}>
        <label for="login-name">{say("Name", "Nome")}</label>
        <input id="login-name" value={name} onInput={(event) => setName(event.currentTarget.value)} placeholder={say("anna@organisation", "anna@ente")} autocomplete="username"
          autocapitalize="none" spellcheck={false} maxLength={130} required autofocus />
        <label for="login-password">{say("Password", "Password")}</label>
        <input id="login-password" type="password" value={password} onInput={(event) => setPassword(event.currentTarget.value)} autocomplete="current-password" maxLength={256} required />
        {problem && <p class="problem" role="alert">{problem}</p>}
        <button type="submit" class="primary" disabled={isBusy} aria-busy={isBusy}>{say("Log in", "Accedi")}</button>
      </form>
      <button type="button" lang={say("it", "en")} onClick={onLanguage}>{say("Italiano", "English")}</button>
    </main>
  );
}
