// Which organisations and kinds are shown.
import { say } from "../../shared/say.ts";
import { EVERYTHING } from "../model/filters.ts";
import { kindText, KIND_NAMES } from "../texts.ts";
import { KindIcon } from "./icons.tsx";
import type { Shown } from "./shown.ts";

export function FilterBar({ shown }: { shown: Shown }) {
  const { board, filters, onFilter } = shown;
  const there = new Set([...board.items.map((item) => item.feature.properties.kind), ...filters.kinds]);
  const kinds = KIND_NAMES.filter((kind) => there.has(kind));
  const toggle = (kind: string): void => onFilter({ ...filters, kinds: filters.kinds.includes(kind) ? filters.kinds.filter((one) => one !== kind) : [...filters.kinds, kind] });
  return (
    <div class="filters" role="group" aria-label={say("What is shown", "Che cosa si vede")}>
      <select aria-label={say("Organisation", "Ente")} value={filters.organisation} onChange={(event) => onFilter({ ...filters, organisation: event.currentTarget.value })}>
        <option value="">{say("All organisations", "Tutti gli enti")}</option>
        {Object.entries(board.organisations).map(([name, { title }]) => <option key={name} value={name}>{title}</option>)}
      </select>
      {kinds.map((kind) => (
        <button key={kind} type="button" aria-pressed={filters.kinds.includes(kind)} onClick={() => toggle(kind)}><KindIcon kind={kind} /><span aria-hidden="true">{kindText(kind)}</span></button>
      ))}
      {(filters.organisation || filters.kinds.length > 0) && <button type="button" class="reset" onClick={() => onFilter(EVERYTHING)}>{say("Show all", "Mostra tutto")}</button>}
    </div>
  );
}
