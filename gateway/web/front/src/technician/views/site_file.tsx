// The site file as text: for changes that no form has. They are staged, shown and tried like any other.
import { useEffect, useId, useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { ConfigState } from "../api.ts";
import { post } from "../client.ts";
import { useConfig } from "../config.ts";
import { Card, Problem, Waiting, WorkButton } from "../parts/basics.tsx";
import { Title } from "../parts/frame.tsx";
import { useAnswer, useWork } from "../parts/hooks.ts";
import { linkTo } from "../route.ts";
import { useMayChange } from "../session.ts";

export function SiteFile() {
  const { answer, problem } = useAnswer<ConfigState>("/api/config");
  const { refresh } = useConfig();
  const mayChange = useMayChange();
  const [text, setText] = useState<string | null>(null);
  const id = useId();
  useEffect(() => { if (answer && text === null) setText(answer.text); }, [answer]);
  const stage = useWork(async () => {
    await post("/api/config/stage", { text });
    refresh();
    location.hash = linkTo("changes");
  });
  return (
    <>
      <Title back={[linkTo("changes"), say("Changes", "Modifiche")]}>{say("The site file", "Il file del sito")}</Title>
      <Problem text={problem} />
      {text === null && !problem && <Waiting />}
      {text !== null && (
        <Card>
          <label for={id}>{say("YAML; comments stay as they are", "YAML; i commenti restano come sono")}</label>
          <textarea id={id} class="file" value={text} onInput={(event) => setText(event.currentTarget.value)} readOnly={!mayChange} spellcheck={false} autocapitalize="none" rows={24} />
          <Problem text={stage.problem} />
          {mayChange && <WorkButton class="primary wide" busy={stage.busy} disabled={text === answer?.text} onClick={stage.run}>{say("Put it into the changes", "Inserisci nelle modifiche")}</WorkButton>}
        </Card>
      )}
    </>
  );
}
