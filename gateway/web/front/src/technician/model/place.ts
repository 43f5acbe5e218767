// Places on the Earth, in degrees. Pure.

export interface Position {
  lat: number;
  lon: number;
}

/** A tenth of a metre: more digits would be invented. */
const DIGITS = 6;

export const rounded = (lat: number, lon: number): Position => ({ lat: Number(lat.toFixed(DIGITS)), lon: Number(lon.toFixed(DIGITS)) });

export const placeText = (place: Position | null): string => (place ? `${place.lat}, ${place.lon}` : "");

export const samePlace = (one: Position | null, other: Position): boolean => one?.lat === other.lat && one.lon === other.lon;

/** Return the place that a text such as "43.8777, 11.1022" names; null if it names none. */
export function coordinatesOf(text: string): Position | null {
  const found = text.trim().match(/^(-?\d+(?:\.\d+)?)(?:\s*[,;]\s*|\s+)(-?\d+(?:\.\d+)?)$/);
  if (!found) return null;
  const [lat, lon] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

/** Return the names of `times` copies of a name: its last number counts up, and keeps its width; a name without one gets one. */
export function countedUp(name: string, times: number): string[] {
  const found = name.match(/^(.*?)(\d+)(\D*)$/);
  const [before, number, after] = found ? [found[1]!, found[2]!, found[3]!] : [`${name}-`, "1", ""];
  return Array.from({ length: times }, (_one, place) => `${before}${String(Number(number) + place + 1).padStart(number.length, "0")}${after}`);
}
