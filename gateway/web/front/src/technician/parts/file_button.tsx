// A button that chooses a file of the phone.
import type { ComponentChildren } from "preact";

export const FileButton = ({ accept, busy = false, camera = false, onFile, children }:
  { accept: string; busy?: boolean; camera?: boolean; onFile: (file: File) => void; children: ComponentChildren }) => (
  <label class="button wide" aria-busy={busy}>{children}
    <input class="hidden-file" type="file" accept={accept} disabled={busy} {...(camera ? { capture: "environment" as const } : {})}
      onChange={(event) => { const [file] = event.currentTarget.files ?? []; event.currentTarget.value = ""; if (file) onFile(file); }} />
  </label>
);
