// Parts of the city, and what is in them. Pure: corners and assets in, names and figures out.
import { type Asset, type Fault, figures } from "./assets.ts";

type Corner = [lat: number, lon: number];

export type Areas = Record<string, Corner[]>;

/** The name of what is in no area: no area can have it. */
export const ELSEWHERE = " ";

/** Return whether a position is within corners: a line to the east crosses the border an odd number of times. A city is small enough to be a plane. */
export function contains(corners: Corner[], lat: number, lon: number): boolean {
  let inside = false;
  for (const [place, [lat1, lon1]] of corners.entries()) {
    const [lat2, lon2] = corners[(place + 1) % corners.length]!;
    if (lat1 > lat !== lat2 > lat && lon < lon1 + ((lat - lat1) * (lon2 - lon1)) / (lat2 - lat1)) inside = !inside;
  }
  return inside;
}

/** Return the names of the areas that an asset is in; areas may overlap. */
export function areasOf(asset: Asset, areas: Areas): string[] {
  if (!asset.location) return [ELSEWHERE];
  const [lon, lat] = asset.location.coordinates;
  const found = Object.keys(areas).filter((name) => contains(areas[name]!, lat, lon));
  return found.length ? found : [ELSEWHERE];
}

/** Return the assets and figures of every area by name, and of what is in none, if there is something. */
export function areaRows(areas: Areas, assets: Iterable<Asset>, faults: Fault[]) {
  const members = new Map<string, Asset[]>(Object.keys(areas).sort().map((name) => [name, []]));
  for (const asset of assets) {
    for (const name of areasOf(asset, areas)) {
      if (members.has(name)) members.get(name)!.push(asset);
      else members.set(name, [asset]);
    }
  }
  return [...members].map(([name, found]) => ({ name, assets: found.length, ...figures(found, faults) }));
}
