// What the page asks the centre for.

/** Return what a path answers; null if it doesn't. */
export async function asked<Answer>(path: string): Promise<Answer | null> {
  const answer = await fetch(path).catch(() => null);
  return answer?.ok ? ((await answer.json()) as Answer) : null;
}
