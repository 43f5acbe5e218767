// The parts that every view is made of.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { say } from "../../shared/say.ts";
import { Icon } from "./icons.tsx";

/** How something is, from good to bad; `note` only informs. */
export type Tone = "good" | "warn" | "bad" | "note";

export const Notice = ({ tone, title, children }: { tone: Tone; title?: ComponentChildren; children?: ComponentChildren }) => (
  <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : undefined}>
    <Icon name={tone} />
    {title && <b>{title}</b>}
    {children && <div>{children}</div>}
  </div>
);

/** What went wrong with the last thing that a person did, if anything. */
export const Problem = ({ text }: { text: string | null | undefined }) => (text ? <Notice tone="bad">{text}</Notice> : null);

export const Card = ({ title, action, children }: { title?: ComponentChildren; action?: ComponentChildren; children: ComponentChildren }) => (
  <section class="card">
    {title && <div class="head"><h2>{title}</h2>{action}</div>}
    {children}
  </section>
);

export const Badge = ({ tone = "", children }: { tone?: string; children: ComponentChildren }) => <span class={`badge ${tone}`}>{children}</span>;

export const Waiting = ({ text }: { text?: string }) => (
  <p class="quiet" role="status"><span class="spin" style={{ display: "inline-block", verticalAlign: "-.2rem", marginRight: ".5rem" }} />{text ?? say("One moment…", "Un momento…")}</p>
);

/** A list of names and values. */
export const Facts = ({ rows }: { rows: [name: string, value: ComponentChildren][] }) => (
  <dl class="facts">{rows.filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => <><dt>{name}</dt><dd>{value}</dd></>)}</dl>
);

/** Buttons of which one is chosen. */
export function Choices<Value extends string | number>({ label, options, chosen, onChoose, disabled = false }:
  { label: string; options: [Value, ComponentChildren][]; chosen: Value | null; onChoose: (value: Value) => void; disabled?: boolean }) {
  const id = useId();
  return (
    <div>
      <p class="label" id={id}>{label}</p>
      <div class="choices" role="group" aria-labelledby={id}>
        {options.map(([value, name]) => (
          <button key={value} type="button" disabled={disabled} aria-pressed={value === chosen} onClick={() => onChoose(value)}>{name}</button>
        ))}
      </div>
    </div>
  );
}

/** A labelled text field, with what stands beside and below it. */
export function TextField({ label, value, onInput, hint, beside, ...more }: {
  label: string; value: string; onInput: (value: string) => void; hint?: ComponentChildren; beside?: ComponentChildren; inputMode?: "numeric" | "decimal" | "text";
  placeholder?: string; class?: string; autocapitalize?: "characters" | "none"; maxLength?: number; disabled?: boolean;
}) {
  const id = useId();
  return (
    <div>
      <label for={id}>{label}</label>
      <div class="with-button">
        <input id={id} value={value} onInput={(event) => onInput(event.currentTarget.value)} autoComplete="off" spellcheck={false} aria-describedby={hint ? `${id}-hint` : undefined} {...more} />
        {beside}
      </div>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** A button that shows that its work is under way. */
export const WorkButton = ({ busy, children, class: look = "", ...more }:
  { busy: boolean; children: ComponentChildren; class?: string; disabled?: boolean; onClick?: () => void; type?: "button" | "submit" }) => (
  <button type="button" class={look} {...more} disabled={busy || more.disabled} aria-busy={busy}>{busy && <span class="spin" />}{children}</button>
);
