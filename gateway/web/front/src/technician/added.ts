// Which devices of a scan were put into the changes, as long as the page is open.

const KEY = "added";

const all = (): string[] => JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as string[];

const keyOf = (target: string, unit: number | null, settings: string | null): string => `${target} ${unit} ${settings}`;

export function noteAdded(target: string, unit: number | null, settings: string | null, copies: number): void {
  const more = unit === null ? [keyOf(target, unit, settings)] : Array.from({ length: copies + 1 }, (_one, place) => keyOf(target, unit + place, settings));
  sessionStorage.setItem(KEY, JSON.stringify([...all(), ...more]));
}

export const wasAdded = (target: string, unit: number | null, settings: string | null): boolean => all().includes(keyOf(target, unit, settings));

/** Forget them: the changes were discarded or undone. */
export const forgetAdded = (): void => sessionStorage.removeItem(KEY);
