// Finds things by words. Pure.

/** Return the items whose text contains every word, in any order; those that begin with the first word come first. */
export function matching<Item>(items: Item[], words: string, textOf: (item: Item) => string): Item[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = items.map((item) => ({ item, text: textOf(item).toLowerCase() })).filter(({ text }) => wanted.every((word) => text.includes(word)));
  const begins = (text: string): number => Number(!text.startsWith(wanted[0] ?? ""));
  return found.toSorted((a, b) => begins(a.text) - begins(b.text)).map(({ item }) => item);
}
