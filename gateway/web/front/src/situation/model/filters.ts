// Which organisations and kinds are shown; the address of the page has it, so that a wall comes back as it was. Pure.
import type { Item, News } from "../api.ts";

/** What is shown; empty is everything. */
export interface Filters {
  organisation: string;
  kinds: string[];
}

export const EVERYTHING: Filters = { organisation: "", kinds: [] };

export const filtersOf = (hash: string): Filters => {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  return { organisation: given.get("organisation") ?? "", kinds: (given.get("kinds") ?? "").split(",").filter(Boolean) };
};

export function hashOf({ organisation, kinds }: Filters): string {
  const parts = new URLSearchParams();
  if (organisation) parts.set("organisation", organisation);
  if (kinds.length) parts.set("kinds", kinds.join(","));
  return parts.toString();
}

/** Return whether a situation is shown: it is of the organisation, or told to it, or answered by it. */
export function matches(item: Item, { organisation, kinds }: Filters): boolean {
  const said = item.feature.properties;
  const isOf = !organisation || said.owner === organisation || said.audience?.organisations?.includes(organisation)
    || item.questions?.some((one) => one.organisation === organisation) || said.acknowledgements?.some((one) => one.organisation === organisation);
  return Boolean(isOf) && (!kinds.length || kinds.includes(said.kind));
}

export const matchesNews = (one: News, { organisation, kinds }: Filters): boolean =>
  (!organisation || one.owner === organisation || one.organisation === organisation) && (!kinds.length || kinds.includes(one.kind));
