// Who uses the page, in which language, and the way out.
import { say } from "../../shared/say.ts";
import { logOut } from "../client.ts";
import { titleOf } from "../texts.ts";
import type { Shown } from "./shown.ts";

export function User({ shown }: { shown: Shown }) {
  const { board, session, onLanguage, onLeave } = shown;
  const role = board.may_act ? "" : ` · ${say("reading only", "sola lettura")}`;
  return (
    <div class="user">
      <span class="who">{(session.name ?? "").split("@")[0]}, {titleOf(board, board.organisation)}{role}</span>
      <button type="button" lang={say("it", "en")} onClick={onLanguage}>{say("Italiano", "English")}</button>
      <button type="button" onClick={() => void logOut(session.csrf).finally(onLeave)}>{say("Log out", "Esci")}</button>
    </div>
  );
}
