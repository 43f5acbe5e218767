// The language of a page. Pure: no document, no storage.

export type Language = "en" | "it";

/** English, Italian. */
export type Pair = [string, string];

let language: Language = "en";

/** Return the one of two texts, English and Italian, that is in the page's language. */
export const inLanguage = ([english, italian]: Pair): string => (language === "it" ? italian : english);

export const locale = (): Language => language;

/** Use Italian for "it" and "it-…", English for any other language. */
export function setLanguage(code: string | null | undefined): void {
  language = code?.startsWith("it") ? "it" : "en";
}
