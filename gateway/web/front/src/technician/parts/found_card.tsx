// One device that a scan found: what it is, how that is known, and how it relates to what the gateway knows.
import type { ComponentChildren } from "preact";
import { say, sentence } from "../../shared/say.ts";
import type { BadgeKind, Candidate, Found, Identification } from "../api.ts";
import { Badge, Card } from "./basics.tsx";

const BADGES: Record<BadgeKind, { tone: string; text: () => string }> = {
  new: { tone: "new", text: () => say("new", "nuovo") }, known: { tone: "good", text: () => say("known", "già noto") }, duplicate: { tone: "bad", text: () => say("double address", "indirizzo doppio") },
  wrong_setting: { tone: "warn", text: () => say("wrong setting", "impostazione errata") }, moved: { tone: "warn", text: () => say("moved", "spostato") },
  replaced: { tone: "warn", text: () => say("replaced", "sostituito") },
};

export const Badges = ({ kinds }: { kinds: BadgeKind[] }) => (
  <span class="badges">{kinds.map((kind) => <Badge key={kind} tone={BADGES[kind].tone}>{BADGES[kind].text()}</Badge>)}</span>
);

/** Return the product that alone is likeliest; null if there is none, or several are equally likely. */
export const firstOf = (one: Identification): Candidate | null => (one.candidates.length && !one.apart.length ? one.candidates[0]! : null);

export const productName = (one: Candidate): string => `${one.vendor} ${one.model}`;

export function nameOf(found: Found): string {
  const first = firstOf(found.identification);
  if (first) return productName(first);
  if (found.garbled) return say("Answers that can't be read", "Risposte illeggibili");
  const several = found.identification.candidates.length;
  return several ? say(`One of ${several} products`, `Uno di ${several} prodotti`) : say("Unknown product", "Prodotto sconosciuto");
}

const where = (found: Found): string => [found.unit === null ? null : say(`address ${found.unit}`, `indirizzo ${found.unit}`), found.settings].filter((part) => part !== null).join(" · ");

export const FoundCard = ({ found, children }: { found: Found; children?: ComponentChildren }) => (
  <Card title={nameOf(found)} action={<Badges kinds={found.badges} />}>
    <p class="quiet number">{where(found)}</p>
    {found.notes.map((note) => <p key={note.en}>{sentence(note)}</p>)}
    {(found.identification.candidates.length > 0 || Object.keys(found.identification.objects).length > 0) && <Why identification={found.identification} />}
    {children}
  </Card>
);

const Why = ({ identification: { candidates, apart, objects } }: { identification: Identification }) => (
  <details>
    <summary>{say("How this is known", "Come lo sappiamo")}</summary>
    {candidates.map((one) => <div key={one.profile}><h3>{productName(one)}</h3><Reasons candidate={one} /></div>)}
    {apart.length > 0 && <><h3>{say("What tells them apart", "Che cosa li distingue")}</h3><ul class="reasons">{apart.map((one) => <li key={one.en}>{sentence(one)}</li>)}</ul></>}
    {Object.keys(objects).length > 0 && <p class="quiet small">{Object.entries(objects).map(([name, text]) => `${name}: ${text}`).join(" · ")}</p>}
  </details>
);

export const Reasons = ({ candidate }: { candidate: Candidate }) => (
  <ul class="reasons small">
    {candidate.reasons.map((one) => <li key={one.en}>{sentence(one)}</li>)}
    {candidate.doubts.map((one) => <li key={one.en} style={{ color: "var(--warn)" }}>{say("But: ", "Ma: ")}{sentence(one)}</li>)}
  </ul>
);
