// Streets as people write them; registers have them in capitals. Pure.
import type { Properties, Street } from "../api.ts";

const SMALL = new Set(["di", "da", "del", "della", "dello", "dei", "degli", "delle", "al", "alla", "e", "la", "le", "in"]);

/** Return the name of a street: only a name in capitals is changed. */
export const streetName = (name: string): string => (name !== name.toUpperCase() ? name
  : name.toLowerCase().replace(/\p{L}+/gu, (word, at: number) => (at > 0 && SMALL.has(word) ? word : word[0]!.toUpperCase() + word.slice(1))));

const numbers = ({ number_from: from, number_to: to }: Street): string => (from ? `, ${from}${to ? `–${to}` : ""}` : "");

/** Return the streets of a situation. */
export const streetsText = (said: Properties): string => (said.location?.street_refs ?? []).map((one) => streetName(one.name) + numbers(one)).join("; ");
