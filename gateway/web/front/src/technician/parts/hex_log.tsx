// What passes on a line, byte by byte, while somebody looks.
import { useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import type { Frame } from "../api.ts";
import { Card } from "./basics.tsx";
import { useLast } from "./hooks.ts";

const FRAMES_MOST = 200;

const timeText = (tMs: number): string => {
  const at = new Date(tMs);
  return `${at.toLocaleTimeString("en-GB")}.${String(at.getMilliseconds()).padStart(3, "0")}`;
};

/** `query` says whose frames: `line=…` or `device=…`. */
export function HexLog({ title, query }: { title: string; query: string }) {
  const [open, setOpen] = useState(false);
  const frames = useLast<Frame>(open ? `/api/hexlog?${query}` : null, "frames", FRAMES_MOST);
  return (
    <Card title={title} action={<button type="button" aria-pressed={open} onClick={() => setOpen(!open)}>{open ? say("Stop", "Ferma") : say("Show bytes", "Mostra i byte")}</button>}>
      {open && (
        <ol class="log" tabIndex={0} aria-label={title}>
          {frames.length === 0 && <li class="quiet">{say("Nothing yet…", "Ancora niente…")}</li>}
          {frames.toReversed().map((frame) => (
            <li key={`${frame.t_ms}${frame.sent}${frame.hex}`} class={frame.sent ? "sent" : ""}>{timeText(frame.t_ms)} {frame.sent ? "→" : "←"} {frame.hex}</li>
          ))}
        </ol>
      )}
    </Card>
  );
}
