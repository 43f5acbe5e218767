// Texts in two languages, side by side. Pure.
import { inLanguage } from "./language.ts";

/** A sentence of the gateway's for technicians, in English and Italian. */
export interface Sentence {
  en: string;
  it: string;
}

/** Return the text that is in the page's language. */
export const say = (english: string, italian: string): string => inLanguage([english, italian]);

/** Return a text of the gateway's in the page's language, as it is: it may begin with a command. */
export const asWritten = (one: Sentence): string => inLanguage([one.en, one.it]);

/** Return a sentence of the gateway's in the page's language. It begins with a capital letter, unless it begins with a name. */
export const sentence = (one: Sentence): string => asWritten(one).replace(/^\p{Ll}+(?= |, |: )/u, (word) => word[0]!.toUpperCase() + word.slice(1));
