// A unified difference, and a trial's time. Pure.

/** Return how a line of a unified difference looks. */
export function lookOf(line: string): "added" | "removed" | "quiet" | "" {
  if (line.startsWith("+++") || line.startsWith("---") || line.startsWith("@@")) return "quiet";
  return line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "";
}

/** Return the time that is left, as minutes and seconds. */
export function countdown(untilMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Return the lines whose changes can be applied alone: those that differ, if that is not everything that does. */
export function linesAlone(staged: { lines: string[]; differences: { kind: string }[] }): string[] {
  return staged.lines.length > 1 || staged.differences.some((one) => one.kind === "key") ? staged.lines : [];
}
